"""Comity: authorities of different countries act together, and can prove afterwards what they did."""
