"""Signed-in browser profiles: made once by a person, kept encrypted, and handed to bots as copies."""
