"""Plugins: what is done now and then, by a script or by an agent, as a folder says."""
