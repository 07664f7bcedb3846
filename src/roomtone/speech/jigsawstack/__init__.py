"""JigsawStack: recordings."""
