"""A model that is none: it serves the models' wire formats on loopback, and does as scripted.

A real agent CLI that is pointed at it asks it what to do, and is told shell commands out of a
script, one a request. So it is seen what the CLI really does - with its hooks, its guards, its
transcript - without an account, a network or a coin. ``git gt doctor`` and our tests use it.
"""
