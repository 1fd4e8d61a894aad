"""What a node can carry, each figure beside its limit measured in the same run."""
