"""Accounts and their people: who someone is, and what the role allows."""
