"""Sarvam: recordings."""
