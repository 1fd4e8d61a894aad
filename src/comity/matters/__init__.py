"""What the records of a matter add up to: one file per subject, and the fold. Pure."""
