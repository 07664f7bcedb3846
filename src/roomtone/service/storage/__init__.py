"""Where artifacts lie: a port and its adapters."""
