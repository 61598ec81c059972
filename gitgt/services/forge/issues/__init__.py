"""The issues of a forge: labelled ones become beads, and hear of it when those have landed."""
