"""Carry escalations to whoever is to judge, until somebody takes them."""
