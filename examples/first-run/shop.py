"""A shop's API for the account overview call, as a WSGI app. It has one fault."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

KEYS = {"shop": "Key-Of-The-Shop", "rival": "Key-Of-The-Rival"}
CUSTOMERS = {
    "shop": {
        "ada@example.com": ("Silver Package", 50_000, 100_000, date(2026, 2, 1)),
        "grace@example.com": ("Gold & Größer", 25_000, 7_205, date(2026, 3, 1)),
    },
    "rival": {"alan@elsewhere.example": ("Bronze Package", 100, 1, date(2026, 4, 1))},
}
STATUSES = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found"}
TYPES = {"json": "application/json", "xml": "application/xml; charset=utf-8"}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Respond to one request."""
    folder, _, format = environ["PATH_INFO"].rpartition(".")
    if folder != "/apiv2/reseller.account" or format not in TYPES:
        start_response(STATUSES[404], [("Content-Type", "text/plain")])
        return [b"There is no such page.\n"]
    status, envelope = overview(dict(parse_qsl(environ["QUERY_STRING"])))
    body = write(format, envelope).encode()
    headers = [("Content-Type", TYPES[format]), ("Content-Length", str(len(body)))]
    start_response(STATUSES[status], headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def overview(given: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return the status and the envelope for these parameters."""
    missing = [name for name in ("api_user", "api_key", "task", "user") if not given.get(name)]
    if missing:
        return error(400, *(f"{name} is required" for name in missing))
    if given["task"] != "overview":
        return error(400, "task must be overview")
    key = KEYS.get(given["api_user"], "")
    if not key or not hmac.compare_digest(key.encode(), given["api_key"].encode()):
        return error(403, "the credentials are wrong")
    if given["user"] not in CUSTOMERS[given["api_user"]]:
        return error(400, "this user is no customer of yours")
    return 200, account(*CUSTOMERS[given["api_user"]][given["user"]])


def error(status: int, *errors: str) -> tuple[int, dict[str, Any]]:
    """Return the error envelope with these texts."""
    return status, {"message": "error", "errors": list(errors)}


def account(package: str, allowed: int, used: int, start: date) -> dict[str, Any]:
    """Return the ten fields of an account."""
    end = start.replace(day=28)
    return {
        "reputation": 98,
        "requests": used,
        "package": package,
        "credits_allowed": allowed,
        "credits_used": used,
        "credits_remain": max(allowed - used, 0),
        "credits_overage": max(used - allowed, 0),
        "billing_start_date": start.isoformat(),
        "billing_end_date": end.strftime("%d/%m/%Y"),  # the fault: it should be end.isoformat()
        "billing_process_date": end.isoformat(),
    }


def write(format: str, envelope: dict[str, Any]) -> str:
    """Return the envelope as JSON or XML."""
    if format == "json":
        return json.dumps(envelope)
    if "errors" in envelope:
        texts = "".join(f"<error>{escape(text)}</error>" for text in envelope["errors"])
        inner = f"<message>error</message><errors>{texts}</errors>"
    else:
        fields = (f"<{name}>{escape(str(value))}</{name}>" for name, value in envelope.items())
        inner = f"<overview>{''.join(fields)}</overview>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<result>{inner}</result>\n'
