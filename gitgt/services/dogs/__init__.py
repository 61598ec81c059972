"""Dogs: who does the town's small jobs, and what becomes of those who take too long."""
