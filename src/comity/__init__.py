"""Comity: authorities of different countries act together, and can prove what they did."""
