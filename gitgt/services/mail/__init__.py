"""Mail: durable messages in the town's ledger; and nudges, which are momentary."""
