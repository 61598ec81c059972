"""What a pipeline does with a town's own code: verify, test, comment."""
