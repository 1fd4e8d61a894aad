"""Private keys: signing and opening. Only the desk and the node come here."""
