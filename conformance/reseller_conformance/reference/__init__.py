"""A small correct implementation of the call. The suite is tested on it and compared with it.

accounts (the data) → core (the call, without I/O) → wsgi (an application), mock (in place of the
network); scripted (late, limited or malformed responses) → client_mock (a mock for clients).
"""

from reseller_conformance.reference.accounts import (
    Account,
    Accounts,
    AccountsError,
    Reseller,
    load_accounts,
    read_accounts,
)
from reseller_conformance.reference.core import (
    Reference,
    Refusal,
    Request,
    Response,
    default_reference,
)
from reseller_conformance.reference.mock import EMBEDDED_URL, mocked
from reseller_conformance.reference.wsgi import Application

__all__ = [
    "EMBEDDED_URL",
    "Account",
    "Accounts",
    "AccountsError",
    "Application",
    "Reference",
    "Refusal",
    "Request",
    "Reseller",
    "Response",
    "default_reference",
    "load_accounts",
    "mocked",
    "read_accounts",
]
