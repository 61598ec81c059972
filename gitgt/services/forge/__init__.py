"""Forges: where pull requests are. Each speaks through its own program; none is the default."""
