"""The radar: which live branches are about to collide, and who is told."""
