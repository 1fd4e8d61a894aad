"""The pages about the work itself, one module per subject: parse, one call of the desk, draw."""
