"""The doctor: looks whether what a town relies on really works here."""
