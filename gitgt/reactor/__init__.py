"""The loop. It knows nothing of beads: keys that are due, back-off, deadlines, sources."""
