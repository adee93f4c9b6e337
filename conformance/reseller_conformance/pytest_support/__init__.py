"""The pytest plugin's parts: the session, the collector, xdist workers, and time limits.

`plugin` holds the hooks that call them.
"""
