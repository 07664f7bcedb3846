"""What a session wrote down beside its recording: people, turns, chat and captions, read back."""
