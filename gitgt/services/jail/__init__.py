"""The jail of agents' sessions: which is wanted, what it shows, the waiver where none is."""
