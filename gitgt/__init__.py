"""gitgt: a git-native Gas Town. A commit moves work."""

__version__ = "0.1.0"
