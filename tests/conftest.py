import pytest


@pytest.fixture(autouse=True)
def _no_account_from_outside(monkeypatch):
    """A developer's own credentials must neither change nor reach a test."""
    for name in ("BASE_URL", "API_USER", "API_KEY", "USER", "FOREIGN_USER"):
        monkeypatch.delenv(f"RESELLER_{name}", raising=False)
