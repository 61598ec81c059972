"""The rules: values and pure functions. No clock, disk, git, log or randomness in here."""
