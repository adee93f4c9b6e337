"""The account overview, as an ASGI application."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asgi_shop.accounts import CUSTOMERS, KEYS

NAMES = ("api_user", "api_key", "task", "user")


def errors_of(given: Mapping[str, str]) -> list[str]:
    """Return what is invalid in a call; nothing for a valid one."""
    errors = [f"{name} is missing" for name in NAMES if not given.get(name)]
    if errors:
        return errors
    known = KEYS.get(given["api_user"], "")
    if not hmac.compare_digest(known.encode(), given["api_key"].encode()):
        return ["the credentials are wrong"]
    if given["task"] != "overview":
        return ["task must be overview"]
    if (given["api_user"], given["user"]) not in CUSTOMERS:
        return ["there is no such customer"]
    return []


def in_json(request: Request) -> Response:
    """Respond to reseller.account.json."""
    errors = errors_of(request.query_params)
    if errors:
        return _json({"message": "error", "errors": errors}, 400)
    return _json(_account(request.query_params), 200)


def in_xml(request: Request) -> Response:
    """Respond to reseller.account.xml."""
    errors = errors_of(request.query_params)
    if errors:
        listed = "".join(f"<error>{escape(error)}</error>" for error in errors)
        return _document(f"<message>error</message><errors>{listed}</errors>", 400)
    fields = _account(request.query_params).items()
    written = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields)
    return _document(f"<overview>{written}</overview>", 200)


def _account(given: Mapping[str, str]) -> dict[str, int | str]:
    return CUSTOMERS[given["api_user"], given["user"]].fields()


def _json(envelope: object, status: int) -> Response:
    return Response(json.dumps(envelope), status, media_type="application/json")


def _document(inside: str, status: int) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><result>{inside}</result>'
    return Response(text.encode(), status, {"Content-Type": "application/xml"})


app = Starlette(
    routes=[
        Route("/apiv2/reseller.account.json", in_json),
        Route("/apiv2/reseller.account.xml", in_xml),
    ]
)
