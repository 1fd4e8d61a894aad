"""Other systems' formats: bytes in, rows and faults out."""
