"""What agents cost: counted from transcripts, priced by a list, held below caps."""
