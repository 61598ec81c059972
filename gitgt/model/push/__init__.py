"""What a push may bring: the rules that a server has, and what breaks them."""
