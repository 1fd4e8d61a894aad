"""A small world: real nodes with real stores and keys, a clock that is turned, carriers by hand."""
