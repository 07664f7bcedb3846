"""Web clients: the joining machine that knows none of them, and one folder for each."""
