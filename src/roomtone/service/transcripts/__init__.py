"""Transcripts of recordings: from stored files to a provider and back into the storage, as durable work."""
