"""The stories that the product must pass, through the HTTP edge, with exactly their numbers."""
