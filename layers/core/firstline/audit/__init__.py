"""The audit log: who did what to what, when, and in whose place."""
