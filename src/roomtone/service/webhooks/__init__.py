"""Envelope, signature, delivery."""
