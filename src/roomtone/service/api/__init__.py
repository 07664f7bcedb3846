"""The HTTP API: routers translate between the wire and the domain and hold no logic."""
