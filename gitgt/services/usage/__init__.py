"""Where the disk went: what takes how much, and what can be taken back."""
