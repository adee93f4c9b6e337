"""HAR files for tests, as browsers and proxies save them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

__all__ = ["EXAMPLES", "KEY", "call", "har", "json_body", "xml_body"]

EXAMPLES = Path(__file__).parents[1] / "schemas" / "examples"
KEY = "Canary/9f8e7d+Key"
USER = "customer@example.com"
START = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = "https://api.example.com/apiv2/reseller.account"

OVERVIEW: dict[str, object] = json.loads((EXAMPLES / "overview.json").read_text())


def json_body(**changed: object) -> str:
    """Return the page's overview, with these fields changed."""
    return json.dumps({**OVERVIEW, **changed})


def xml_body(**changed: object) -> str:
    """Return the same in XML."""
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in {**OVERVIEW, **changed}.items())
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    return f"{head}<result><overview>{fields}</overview></result>"


def call(
    format: str,
    body: str | bytes | None,
    at: float = 0,
    *,
    status: int = 200,
    headers: Iterable[tuple[str, str]] | None = None,
    url: str | None = None,
    method: str = "GET",
    **sent: str | None,
) -> dict[str, Any]:
    """Return the entry of a call at second `at` that took one second; bytes are saved in base64."""
    query = {"api_user": "me", "api_key": KEY, "task": "overview", "user": USER, **sent}
    query_text = urlencode({name: value for name, value in query.items() if value is not None})
    content: dict[str, Any] = {"mimeType": f"application/{format}"}
    if isinstance(body, bytes):
        content |= {"size": len(body), "text": b64encode(body).decode(), "encoding": "base64"}
    elif body is not None:
        content |= {"size": len(body), "text": body}
    fields = [("content-type", f"application/{format}")] if headers is None else headers
    return {
        "startedDateTime": (START + timedelta(seconds=at)).isoformat().replace("+00:00", "Z"),
        "time": 1000,
        "request": {"method": method, "url": url or f"{ORIGIN}.{format}?{query_text}"},
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in fields],
            "content": content,
        },
    }


def har(path: Path, *entries: Any) -> Path:
    """Write a HAR of these entries."""
    log = {"version": "1.2", "creator": {"name": "a test"}, "pages": [], "entries": entries}
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path
