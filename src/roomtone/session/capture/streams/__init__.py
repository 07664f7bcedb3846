"""A file of its own for each participant: voices as Opus, cameras and shared screens as VP8, in WebM."""
