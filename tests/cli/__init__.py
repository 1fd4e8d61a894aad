"""The command line, on real nodes in temporary folders."""
