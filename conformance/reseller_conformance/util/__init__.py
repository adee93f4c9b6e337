"""Helpers that know nothing of the API."""
