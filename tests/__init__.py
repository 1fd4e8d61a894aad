"""The tests; their paths mirror those of `src/comity`."""
