"""Fakes of the providers' APIs, written from what the providers document: real servers on port 0."""
