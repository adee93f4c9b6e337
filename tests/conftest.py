import pytest
from hypothesis import settings

from reseller_conformance.checks import echo
from reseller_conformance.envelope import encoding, reader

# for the properties whose number of examples the profile sets
settings.register_profile("thorough", max_examples=5_000)


def pytest_addoption(parser):
    """Add the options that choose how the matrix runs."""
    parser.addoption("--seed", type=int, help="the seed of Hypothesis")
    parser.addoption("--delay", type=float, default=0, help="milliseconds before each response")
    parser.addoption("--depth", help="one depth, instead of quick and, where needed, standard")


def pytest_make_parametrize_id(val):
    """Write a text without a backslash: mutmut does not find tests that have one in their id."""
    escaped = ascii(val)
    is_escaped = isinstance(val, (str, bytes)) and "\\" in escaped
    return escaped.strip("b'\"").replace("\\", "/") if is_escaped else None


@pytest.fixture(autouse=True)
def _no_account_from_outside(monkeypatch):
    """Remove a developer's own credentials: they must neither change nor reach a test."""
    for name in ("BASE_URL", "API_USER", "API_KEY", "USER", "FOREIGN_USER"):
        monkeypatch.delenv(f"RESELLER_{name}", raising=False)


@pytest.fixture(autouse=True)
def _nothing_read_before():
    """Empty the caches of the reader and of the checks, so that no test and no mutant uses them."""
    reader._remembered.forget()
    encoding._codec_of_any.cache_clear()
    echo._forms.cache_clear()
