"""Reading what a caller said as an answer to a question."""
