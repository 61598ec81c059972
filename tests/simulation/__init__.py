"""A whole town in memory: virtual time, a seeded world, and the real plans that decide."""
