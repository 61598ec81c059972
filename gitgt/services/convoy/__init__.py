"""Convoys: work that travels together, fed and watched until it has landed."""
