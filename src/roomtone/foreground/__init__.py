"""Recording one meeting in the foreground, for a person, without a server."""
