"""The commands for operators and officers."""
