"""The options of a run, their defaults, and the validated settings."""
