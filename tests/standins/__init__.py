"""Replicas of the platforms' web clients, written from what is known of them, to send bots to."""
