"""The order in which things were said, provably: tree, proofs, checkpoints, tiles. Pure."""
