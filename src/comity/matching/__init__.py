"""Identifiers: recognised, normalised, checked; and sets compared blindly. Pure."""
