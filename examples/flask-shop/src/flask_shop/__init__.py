"""A mail shop's API."""
