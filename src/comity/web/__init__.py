"""The pages for officers: each parses, makes one call of the desk, and renders.

Everything works without JavaScript; scripts only keep an open page fresh.
"""
