"""Firstline as a library: each room holds one part of the help desk, with no room knowing one above it."""
