"""Functions of this machine only; each file is loaded as a template's function would be."""
