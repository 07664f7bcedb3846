"""What every adapter of somebody else's service over HTTP needs; it knows none of them."""
