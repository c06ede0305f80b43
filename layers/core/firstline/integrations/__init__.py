"""The outer edge: clients of AWS services, each made on first use."""
