"""Who acts by itself, each unaware of the others."""
