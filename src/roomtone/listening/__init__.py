"""The receiving side of live audio: a WebSocket server that writes one WAV a speaker and shows the levels."""
