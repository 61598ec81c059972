"""What happened, for people who look later. Losing it loses no work."""
