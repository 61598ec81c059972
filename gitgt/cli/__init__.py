"""The command line: words in, lines out. It decides nothing."""
