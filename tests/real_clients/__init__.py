"""Checks of the drivers on the platforms' own clients; opt-in, for local use, never part of the test suite."""
