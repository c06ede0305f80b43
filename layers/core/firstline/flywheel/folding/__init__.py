"""Folding walks into one graph: aligned, voted, drawn with their evidence. Pure: no tables, no clock, no model."""
