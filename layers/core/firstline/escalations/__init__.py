"""Escalations: walks that got stuck, and who takes them."""
