"""What an agent is told when it begins: facts in, a text of a stated size out."""
