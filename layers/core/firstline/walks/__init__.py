"""Walks: one technician, one caller, one path."""
