"""Gates: what they are, when they run, and what they said."""
