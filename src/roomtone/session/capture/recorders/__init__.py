"""Where the recording's picture comes from: the port, and an adapter for each way to take it."""
