"""The call as pure, stateless code: a request in, a response out.

Each step is one small method. A subclass that overrides one method is an implementation with one
fault.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from reseller_conformance.contract import ERROR, FIELDS, PARAMETERS, TASK, Format, path_of
from reseller_conformance.reference.accounts import Account, Accounts, Reseller, load_accounts

__all__ = ["Parameters", "Reference", "Refusal", "Request", "Response", "default_reference"]

Parameters = Sequence[tuple[str, str]]
"""Names and values in the order in which they were sent. Names may repeat."""

METHODS = ("GET", "HEAD", "POST")
# An overview is valid for one key at one moment (RFC 9111, 5.2.2.5).
UNCACHED = (("Cache-Control", "no-store"),)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the path is decoded, the query and a form body are as sent.

    The reference reads neither the header fields nor the HTTP version: subclasses may.
    """

    path: str
    query: bytes = b""
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    version: str = "1.1"

    def header(self, name: str) -> str | None:
        """Return the value of this header field, or None where it was not sent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Response:
    """One response."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = UNCACHED

    @property
    def fields(self) -> dict[str, str]:
        """All headers to send. `headers` may override Content-Type and Content-Length."""
        length = str(len(self.body))
        return {"Content-Type": self.content_type, "Content-Length": length, **dict(self.headers)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The status and the error texts of a call that gets no overview."""

    status: int
    errors: tuple[str, ...]


class Reference:
    """The account overview of the API docs, for these accounts."""

    def __init__(self, accounts: Accounts) -> None:
        """Serve these accounts."""
        self.accounts = accounts

    # --- From request to response ------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        """Respond to any request."""
        wanted = self.find_format(request.path)
        if wanted is None:
            return Response(404, "text/plain", b"Not found\n")
        if not request.path.endswith(path_of(wanted)):
            return self.refuse(wanted, Refusal(404, ("There is no such call.",)))
        if request.method not in METHODS:
            refused = self.refuse(wanted, Refusal(405, ("The call is made with GET or POST.",)))
            return replace(refused, headers=(*UNCACHED, ("Allow", ", ".join(METHODS))))
        try:
            parameters = self.read(request)
        except UnicodeDecodeError:
            return self.refuse(wanted, Refusal(400, ("The parameters must be UTF-8.",)))
        return self.answer(wanted, parameters)

    def find_format(self, path: str) -> Format | None:
        """Return the format that the path ends in, or None."""
        return next((known for known in Format if path.endswith(f".{known}")), None)

    def read(self, request: Request) -> Parameters:
        """Parse the parameters of the query and of a form body.

        Raises UnicodeDecodeError if they are not UTF-8.
        """
        sent = [request.query, request.body if request.method == "POST" else b""]
        written = b"&".join(part for part in sent if part).decode()
        return parse_qsl(written, keep_blank_values=True, errors="strict")

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        """Respond to the documented call."""
        found = self.look_up(parameters)
        if isinstance(found, Refusal):
            return self.refuse(wanted, found)
        return self.show(wanted, found)

    # --- Find the account --------------------------------------------------------------------

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        """Return the requested account, or the reason for a refusal.

        A caller with invalid credentials does not learn whether a customer exists.
        """
        errors = tuple(self.find_errors(parameters))
        if errors:
            return Refusal(400, errors)
        given = dict(parameters)
        reseller = self.find_reseller(given["api_user"], given["api_key"])
        if reseller is None:
            return Refusal(403, ("api_user and api_key do not belong together.",))
        account = self.find_customer(reseller, given["user"])
        return account or Refusal(400, ("user is not a customer of this account.",))

    def find_errors(self, parameters: Parameters) -> Iterator[str]:
        """Yield every error of the parameters themselves.

        No text repeats a value, because one of the values is the key.
        """
        for name in PARAMETERS:
            values = [value for key, value in parameters if key == name]
            if any(key.startswith(f"{name}[") for key, _ in parameters) or len(values) > 1:
                yield f"{name} must be a single value."
            elif not values:
                yield f"{name} is required."
            elif not values[0]:
                yield f"{name} must not be empty."
            elif name == "task" and values[0] != TASK:
                yield f"task must be {TASK}."

    def find_reseller(self, api_user: str, api_key: str) -> Reseller | None:
        """Return the reseller to which both credentials belong, or None."""
        reseller = self.accounts.reseller(api_user)
        return reseller if reseller and self.key_fits(reseller, api_key) else None

    def key_fits(self, reseller: Reseller, api_key: str) -> bool:
        """Compare in constant time, which does not reveal how much of the key is correct."""
        return hmac.compare_digest(reseller.api_key.encode(), api_key.encode())

    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        """Return the account of this customer of the reseller, or None."""
        return reseller.customer(user)

    # --- The two envelopes -------------------------------------------------------------------

    def overview(self, account: Account) -> Mapping[str, str]:
        """Return the ten fields as text.

        The example in the API docs has most counts as strings. Here all are strings, because a
        reader that uses doubles for JSON numbers loses digits from 2^53 on.
        """
        return {field.name: str(getattr(account, field.name)) for field in FIELDS}

    def show(self, wanted: Format, account: Account) -> Response:
        """Write the success envelope."""
        values = self.overview(account)
        if wanted is Format.JSON:
            return self.send_json(200, self.json_overview(values))
        return self.send_xml(200, self.xml_overview(values))

    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        """Write the error envelope."""
        if wanted is Format.JSON:
            return self.send_json(refusal.status, self.json_errors(refusal.errors))
        return self.send_xml(refusal.status, self.xml_errors(refusal.errors))

    def json_overview(self, values: Mapping[str, str]) -> object:
        """Build "Response: Success" in JSON."""
        return dict(values)

    def json_errors(self, errors: Sequence[str]) -> object:
        """Build "Response: Error" in JSON."""
        return {"message": ERROR, "errors": list(errors)}

    def xml_overview(self, values: Mapping[str, str]) -> ET.Element:
        """Build "Response: Success" in XML."""
        result = ET.Element("result")
        overview = ET.SubElement(result, "overview")
        for name, value in values.items():
            ET.SubElement(overview, name).text = value
        return result

    def xml_errors(self, errors: Sequence[str]) -> ET.Element:
        """Build "Response: Error" in XML."""
        result = ET.Element("result")
        ET.SubElement(result, "message").text = ERROR
        listed = ET.SubElement(result, "errors")
        for error in errors:
            ET.SubElement(listed, "error").text = error
        return result

    def send_json(self, status: int, document: object) -> Response:
        """Write JSON in UTF-8, its only encoding (RFC 8259, 8.1)."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        return Response(status, "application/json", f"{text}\n".encode())

    def send_xml(self, status: int, root: ET.Element) -> Response:
        """Write XML in the encoding that the API docs declare.

        Characters beyond ISO-8859-1 become character references (XML 1.0, 4.1).
        """
        ET.indent(root, "   ")
        text = ET.tostring(root, encoding="unicode")
        document = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n\n{text}\n'
        body = document.encode("iso-8859-1", "xmlcharrefreplace")
        return Response(status, "application/xml; charset=ISO-8859-1", body)


def default_reference() -> Reference:
    """Return the reference with the accounts of the package."""
    return Reference(load_accounts())
