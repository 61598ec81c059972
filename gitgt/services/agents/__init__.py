"""Agents: who they are, where they work, what is on their hooks, and what each has done."""
