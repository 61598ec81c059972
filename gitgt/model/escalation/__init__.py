"""Calls for a person's judgement: one for each cause, and the way that each takes."""
