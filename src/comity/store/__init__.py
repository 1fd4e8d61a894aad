"""Durable things: records, ledger, indexes, people, outbox; on SQLite and PostgreSQL."""
