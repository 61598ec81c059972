"""Formulas: work that is written down once, and cooked into steps whenever it is done."""
