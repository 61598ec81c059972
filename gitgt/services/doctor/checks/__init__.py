"""What the doctor looks at, each by itself."""
