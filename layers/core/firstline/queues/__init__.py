"""The queue door: what an SQS-triggered function is made of."""
