"""Who is about to collide with whom, and who is told."""
