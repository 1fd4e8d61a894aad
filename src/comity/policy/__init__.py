"""Who may do and see what, and why: one decision point. Pure."""
