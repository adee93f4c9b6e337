"""Redaction: finds a secret in any text, however it is written, and replaces it."""
