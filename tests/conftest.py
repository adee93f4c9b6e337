import pytest
from hypothesis import settings

from reseller_conformance.envelope import reader

# for the properties whose number of examples the profile sets
settings.register_profile("thorough", max_examples=5_000)


def pytest_addoption(parser):
    """Add the options that choose how the matrix runs."""
    parser.addoption("--seed", type=int, help="the seed of Hypothesis")
    parser.addoption("--delay", type=float, default=0, help="milliseconds before each response")
    parser.addoption("--depth", help="one depth, instead of quick and, where needed, standard")


@pytest.fixture(autouse=True)
def _no_account_from_outside(monkeypatch):
    """Remove a developer's own credentials: they must neither change nor reach a test."""
    for name in ("BASE_URL", "API_USER", "API_KEY", "USER", "FOREIGN_USER"):
        monkeypatch.delenv(f"RESELLER_{name}", raising=False)


@pytest.fixture(autouse=True)
def _nothing_read_before():
    """Empty the cache of read bodies, so that no test and no mutant of the reader uses it."""
    reader._remembered.forget()
