"""The tests' world: real git, the real command line, and nothing of the machine's owner."""
