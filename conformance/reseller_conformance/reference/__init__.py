"""A small correct implementation of the call: what the suite is tried on, and can be compared with.

`core` is the whole of it, without I/O; `accounts` is whom it answers about; `wsgi` and `mock` are
its two faces, a WSGI application and a stand-in for the network.
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
