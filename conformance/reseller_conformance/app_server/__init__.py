"""app_server."""
