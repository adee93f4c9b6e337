import pytest
from hypothesis import settings

from reseller_conformance.envelope import reader

# for the properties that leave the number of examples to the profile
settings.register_profile("thorough", max_examples=5_000)


def pytest_addoption(parser):
    """Choose how the matrix is run."""
    parser.addoption("--seed", type=int, help="what Hypothesis starts from")
    parser.addoption("--delay", type=float, default=0, help="milliseconds before each answer")
    parser.addoption("--depth", help="one depth, instead of quick and, where needed, standard")


@pytest.fixture(autouse=True)
def _no_account_from_outside(monkeypatch):
    """A developer's own credentials must neither change nor reach a test."""
    for name in ("BASE_URL", "API_USER", "API_KEY", "USER", "FOREIGN_USER"):
        monkeypatch.delenv(f"RESELLER_{name}", raising=False)


@pytest.fixture(autouse=True)
def _nothing_read_before():
    """What one test has read is not remembered for another, nor for a mutant of the reader."""
    reader._remembered.forget()
