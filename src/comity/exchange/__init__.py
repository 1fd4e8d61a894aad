"""Talking to other nodes: parcels, receipts, and what carries them."""
