"""The witness of a rig: what is odd about its agents, and what is done about it."""
