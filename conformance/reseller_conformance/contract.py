"""The API docs as data: the call, its parameters, and the fields of its response.

`requirements` contains what an implementation must do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CREDENTIALS",
    "ERROR",
    "FIELDS",
    "FIELD_NAMES",
    "PARAMETERS",
    "TASK",
    "Field",
    "Format",
    "Kind",
    "path_of",
]


class Format(StrEnum):
    """The two formats of a response. The end of the URL's path names one."""

    JSON = "json"
    XML = "xml"


class Kind(StrEnum):
    """The kind of value of a field (specification, section 2)."""

    COUNT = "count"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the success envelope, with the example of the API docs."""

    name: str
    kind: Kind
    meaning: str
    example: str


PARAMETERS = ("api_user", "api_key", "task", "user")
"""The four query parameters, in the order of the API docs."""

CREDENTIALS = ("api_user", "api_key")
"""The parameters that say who calls."""

TASK = "overview"
"""The only valid value of `task` ("Must be set to *overview*" in the API docs)."""

ERROR = "error"
"""The value of `message` in every error envelope."""

FIELDS = (
    Field("reputation", Kind.COUNT, "sender reputation, per cent", "100"),
    Field("requests", Kind.COUNT, "messages requested", "50000"),
    Field("package", Kind.TEXT, "name of the customer's package", "Silver Package"),
    Field("credits_allowed", Kind.COUNT, "credits in the current billing cycle", "50000"),
    Field("credits_used", Kind.COUNT, "credits spent in the current billing cycle", "100000"),
    Field("credits_remain", Kind.COUNT, "credits left", "0"),
    Field("credits_overage", Kind.COUNT, "credits spent beyond the allowance", "50000"),
    Field("billing_start_date", Kind.DATE, "first day of the billing cycle", "2010-08-30"),
    Field("billing_end_date", Kind.DATE, "last day of the billing cycle", "2010-09-29"),
    Field("billing_process_date", Kind.DATE, "day the cycle is processed", "2010-09-30"),
)
"""The ten fields of a success envelope, in the order of the API docs."""

FIELD_NAMES = tuple(field.name for field in FIELDS)


def path_of(format: Format) -> str:
    """Return the path of the call below the base URL, such as `/apiv2/reseller.account.json`."""
    return f"/apiv2/reseller.account.{format}"
