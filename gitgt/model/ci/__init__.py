"""What a pipeline is told, and what is to be done about it."""
