"""Measuring what was recorded against what was said and shown; used by tests and by the benchmark's checks."""
