"""Tickets: the caller's problem where no PSA keeps it."""
