"""Work that other trackers know, brought into a ledger, and taken out again."""
