"""Words while the meeting runs: a stream a speaker to a provider, names and times, delivery to receivers."""
