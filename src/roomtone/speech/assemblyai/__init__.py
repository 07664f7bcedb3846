"""AssemblyAI: recordings."""
