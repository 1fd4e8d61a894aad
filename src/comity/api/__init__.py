"""The JSON door, for programs and peers."""
