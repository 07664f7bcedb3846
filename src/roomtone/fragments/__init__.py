"""Reading a recording while it is written: what is whole in a growing fragmented MP4."""
