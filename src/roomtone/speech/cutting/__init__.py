"""Cutting recordings into files that somebody else's recognition takes: bounded, without long silences."""
