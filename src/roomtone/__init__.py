"""Roomtone: self-hosted meeting recording."""
