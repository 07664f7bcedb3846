"""Every server that speaks OpenAI's ``/audio/transcriptions``: OpenAI itself, and one's own Whisper."""
