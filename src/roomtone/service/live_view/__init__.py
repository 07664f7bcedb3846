"""Watching a recording while it is made: its own fragments, as HLS."""
