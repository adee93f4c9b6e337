"""Benchmarks of a run. `nox -s bench` measures everything in one go and writes the page."""
