"""Which published flow a caller's words mean, as a probability, and why."""
