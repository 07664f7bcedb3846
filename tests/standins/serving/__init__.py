"""What every stand-in needs and none of them shapes: TLS, host names, its process, its scenarios."""
