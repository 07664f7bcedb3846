"""Finishing: verify, repair, remux, store, expire."""
