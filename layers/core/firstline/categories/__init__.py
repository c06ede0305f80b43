"""Flows: troubleshooting trees, their versions, and what makes one sound."""
