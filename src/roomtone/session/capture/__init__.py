"""What is heard and seen, on one clock: tracks and signals in, ticks and one playable file out."""
