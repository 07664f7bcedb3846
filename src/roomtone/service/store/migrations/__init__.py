"""Migrations: one numbered file a step in ``versions``; ``store/migrating.py`` runs them in order."""
