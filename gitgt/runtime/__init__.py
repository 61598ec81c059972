"""How an agent runs, whatever program it is."""
