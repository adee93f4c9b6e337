"""The parts of README and docs that are made from the package: `nox -s pages`."""
