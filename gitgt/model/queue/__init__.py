"""The merge queue as pure functions: what lands next, what goes back, when, at what price."""
