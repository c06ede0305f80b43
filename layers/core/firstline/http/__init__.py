"""The HTTP door: what a function behind API Gateway is made of."""
