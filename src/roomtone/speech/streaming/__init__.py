"""Speech to text while it is spoken: one file a provider."""
