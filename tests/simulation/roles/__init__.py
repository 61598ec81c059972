"""The town's roles: each looks at the world, asks the real plan, and does what it says."""
