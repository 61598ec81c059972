"""Terminals that programs run on: tmux, and pseudo terminals of our own."""
