"""Taps: what agents' programs call when something happens in them, and our answers."""
