"""The steps; each names the one before it in ``down_revision``."""
