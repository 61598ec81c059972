"""A history run through a town: its order, its course, its account."""
