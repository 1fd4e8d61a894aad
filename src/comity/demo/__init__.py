"""The demonstration: an invented alliance plays a joint case with real nodes on loopback."""
