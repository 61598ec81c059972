"""Integration branches: the work of an epic is collected on one, and lands as one."""
