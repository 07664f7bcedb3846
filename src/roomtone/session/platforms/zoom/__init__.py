"""Zoom's web client, joined as a guest."""
