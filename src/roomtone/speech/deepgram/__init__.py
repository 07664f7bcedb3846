"""Deepgram: recordings."""
