"""What is slung waits here for a place, and is given out when there is one."""
