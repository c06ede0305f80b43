"""The outbox: facts written with the change they tell of, sent once it is committed."""
