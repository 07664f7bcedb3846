"""From what the API is sent to sound that a bot can say."""
