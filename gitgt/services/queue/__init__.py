"""The merge queue: who waits, what becomes of each, and how people steer it."""
