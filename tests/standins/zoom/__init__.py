"""A replica of Zoom's web client and of the servers behind it; see README.md."""
