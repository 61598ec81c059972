"""What people and agents can ask for: one module per verb or noun."""
