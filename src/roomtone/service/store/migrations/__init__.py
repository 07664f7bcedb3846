"""Migrations: one numbered file a step in ``versions``, run in order by ``roomtone.service.store.migrating``."""
