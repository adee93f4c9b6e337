"""The two envelopes written by hand, so that a fault can write bodies that no serializer writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from reseller_conformance.contract import Format
from reseller_conformance.reference import Account, Reference, Response

from .registry import ACCOUNTS

__all__ = ["Change", "Fields", "Literal", "json_answer", "rewritten", "xml_answer"]

Fields = Sequence[tuple[str, str]]
"""The names and values of a success envelope, in the order in which they are written."""

Change = Callable[[Fields], Fields]


class Literal(str):
    """A value that is written unchanged, neither quoted nor escaped."""

    __slots__ = ()


class _Rewritten(Reference):
    def __init__(self, change: Change) -> None:
        super().__init__(ACCOUNTS)
        self.change = change

    def show(self, wanted: Format, account: Account) -> Response:
        fields = self.change(list(self.overview(account).items()))
        if wanted is Format.JSON:
            members = [f"{json.dumps(name)}: {_json_value(value)}" for name, value in fields]
            return json_answer("{\n  " + ",\n  ".join(members) + "\n}")
        elements = [f"<{name}>{_xml_value(value)}</{name}>" for name, value in fields]
        return xml_answer(f"<result><overview>{''.join(elements)}</overview></result>")


def rewritten(change: Change) -> Callable[[], Reference]:
    """Make a reference whose fields are changed before they are written."""
    return lambda: _Rewritten(change)


def json_answer(text: str, status: int = 200) -> Response:
    """Respond with this text as JSON."""
    return Response(status, "application/json", text.encode())


def xml_answer(root: str, status: int = 200) -> Response:
    """Respond with this root element. XML is declared as in the API docs."""
    document = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{root}\n'
    body = document.encode("iso-8859-1", "xmlcharrefreplace")
    return Response(status, "application/xml; charset=ISO-8859-1", body)


def _json_value(value: str) -> str:
    return value if isinstance(value, Literal) else json.dumps(value, ensure_ascii=False)


def _xml_value(value: str) -> str:
    return value if isinstance(value, Literal) else escape(value)
