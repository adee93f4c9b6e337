"""pytest_support."""
