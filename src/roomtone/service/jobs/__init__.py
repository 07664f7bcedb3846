"""Durable work with a time: the port, and an adapter a file."""
