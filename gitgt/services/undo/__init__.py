"""Take back what somebody did, and do it again: as new commits, act by act."""
