"""Deleting what is kept of a bot: on request, and at the end of its retention."""
