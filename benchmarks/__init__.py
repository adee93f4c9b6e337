"""What a run costs: `nox -s bench` measures, side by side in one run, and writes the page."""
