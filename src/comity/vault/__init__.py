"""Evidence bytes, encrypted at rest, by digest."""
