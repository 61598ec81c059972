"""Warrants: sessions that are asked whether they live before they are ended."""
