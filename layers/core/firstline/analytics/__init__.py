"""Analytics: how the help desk and its flows fare."""
