"""A function that cannot be loaded."""

raise ImportError("a wheel is missing")
