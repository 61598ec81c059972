"""Beads in the history of one ref."""
