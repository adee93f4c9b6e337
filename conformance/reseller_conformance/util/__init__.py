"""Helpers that do not depend on the API: text, files, body_cache, suggestion."""
