"""The one list of what needs a person, from all who know of something."""
