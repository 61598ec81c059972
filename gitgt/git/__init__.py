"""The only place that talks to git. Foreign errors stop here."""
