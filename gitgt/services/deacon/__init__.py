"""The deacon's patrols: who is silent, what was given back, what hangs for nothing."""
