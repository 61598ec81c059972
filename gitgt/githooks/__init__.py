"""What git's own hooks start. A courtesy and a wake-up; the truth is the refs."""
