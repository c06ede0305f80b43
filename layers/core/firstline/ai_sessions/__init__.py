"""AI sessions: engineers' own assisted troubleshooting."""
