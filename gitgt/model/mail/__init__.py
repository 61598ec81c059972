"""Mail, decided: whom a word means, what reaches an agent when, what is forgotten. No I/O."""
