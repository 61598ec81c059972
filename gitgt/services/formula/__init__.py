"""Formulas where they lie, and the molecules that are made of them."""
