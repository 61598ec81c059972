"""A demonstration: a small project, nine beads, three scripted agents, and what goes wrong."""
