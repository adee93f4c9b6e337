"""Create the valid response to each call of an example, with the reference.

The violations are written by hand in the modules of the topics.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from reseller_conformance.contract import FIELDS, PARAMETERS, TASK
from reseller_conformance.reference import Reference, Request, Response, default_reference

__all__ = ["corrected", "parameters"]

_EXCHANGE = re.compile(
    r"(?ms)^(GET|HEAD|POST) (\S+)\?(\S+)\n((?:[\w-]+: [^\n]+\n)*)\n(.*?)\n\n(?=GET |POST |\Z)"
)


def corrected(example: str) -> str:
    """Return the example with each response replaced by the reference's response."""
    reference = default_reference()
    exchanges = _EXCHANGE.findall(f"{example.rstrip()}\n\n")
    return "".join(_exchange(reference, *parts) for parts in exchanges)


def parameters(query: str, reference: Reference) -> list[tuple[str, str]]:
    """Return the parameters of an example's query.

    A lone `…` means the other parameters, all valid. `name=…` means the valid value.
    """
    reseller = reference.accounts.resellers[0]
    valid = {
        "api_user": reseller.api_user,
        "api_key": reseller.api_key,
        "task": TASK,
        "user": reseller.customers[0].user,
    }
    parts = query.split("&")
    named = parse_qsl("&".join(part for part in parts if part != "…"), keep_blank_values=True)
    pairs = [(name, valid[name.rstrip("[]")] if value == "…" else value) for name, value in named]
    if "…" in parts:
        pairs += [(name, valid[name]) for name in PARAMETERS if name not in dict(named)]
    return pairs


def _exchange(
    reference: Reference, method: str, path: str, query: str, fields: str, wrong: str
) -> str:
    sent = urlencode(parameters(query, reference)).encode()
    response = reference.respond(Request(path, sent))
    head, _, body = wrong.partition("\n\n")
    status = HTTPStatus(response.status)
    lines = [f"HTTP/1.1 {status} {status.phrase}"]
    lines += [f"{k}: {v}" for k, v in response.fields.items() if f"\n{k}:" in head]
    shown = "" if method == "HEAD" else _body(response, path, body)
    return "\n\n".join([f"{method} {path}?{query}\n{fields}".strip(), "\n".join(lines), shown, ""])


def _body(response: Response, path: str, wrong: str) -> str:
    """Return the body, with only the fields that the abbreviated invalid body has."""
    text = response.body.decode(response.content_type.partition("charset=")[2] or "utf-8").strip()
    names = [field.name for field in FIELDS if field.name in wrong] if "…" in wrong else []
    if path.endswith(".xml"):
        return _short_xml(text, names) if names else text
    values = json.loads(text)
    if not names:
        return text if response.status == HTTPStatus.OK else json.dumps(values)
    return json.dumps({name: values[name] for name in names})[:-1] + ", …}"


def _short_xml(text: str, names: Sequence[str]) -> str:
    elements = "".join(re.findall(rf"<(?:{'|'.join(names)})>.*?</\w+>", text))
    return f"<result><overview>{elements}…</overview></result>"
