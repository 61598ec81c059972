"""Convoys as pure functions: what travels when, what stalls, what is skipped."""
