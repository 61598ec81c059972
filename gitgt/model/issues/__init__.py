"""Issues of a forge, and the beads that they become."""
