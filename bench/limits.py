"""The machine's own limits: signatures checked, commits made durable."""

import os
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import figure

_RECORD_BYTES = 600


def verifications_per_second() -> float:
    """Ed25519 verifications of a 600-byte message with pyca/cryptography, one core."""
    key = Ed25519PrivateKey.generate()
    message = os.urandom(_RECORD_BYTES)
    signature = key.sign(message)
    public = key.public_key()

    def batch() -> int:
        for _ in range(500):
            public.verify(signature, message)
        return 500

    return figure.rate(batch)


def commits_per_second(folder: Path) -> float:
    """Single rows inserted into SQLite (WAL, synchronous=FULL), each durable by itself."""
    connection = sqlite.connect(folder / "limit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
    body = os.urandom(_RECORD_BYTES)

    def batch() -> int:
        for _ in range(50):
            connection.execute("INSERT INTO row (body) VALUES (?)", (body,))
        return 50

    try:
        return figure.rate(batch)
    finally:
        connection.close()
