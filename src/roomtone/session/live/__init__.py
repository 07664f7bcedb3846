"""What leaves while the meeting runs: live audio."""
