"""Proposals: what waits for review, and what a review does."""
