"""The atom: ids, exact bytes, sealed fields, the signed envelope. Pure."""
