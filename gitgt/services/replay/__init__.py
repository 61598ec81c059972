"""Run a repository's own history through the town, with scripted agents and no model."""
