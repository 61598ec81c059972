"""Sessions: what they run on, how they begin, go on and end, and what is kept of them."""
