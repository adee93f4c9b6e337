"""The whole call as a pure core: a request in, an answer out, nothing remembered between them.

How requests come in is left to `wsgi` and `mock`, whom the accounts belong to to `accounts`. Each
step is one small method: a subclass that overrides it is an implementation wrong in that one way.
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
"""Names and values as they were sent: in their order, repeated ones too."""

METHODS = ("GET", "HEAD", "POST")
# An overview is answered for one key at one moment (RFC 9111, 5.2.2.5).
UNCACHED = (("Cache-Control", "no-store"),)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the path is decoded, the query and a form body are as sent."""

    path: str
    query: bytes = b""
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = UNCACHED

    @property
    def fields(self) -> dict[str, str]:
        """Every header to send; `headers` may say another length than the body has."""
        length = str(len(self.body))
        return {"Content-Type": self.content_type, "Content-Length": length, **dict(self.headers)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no overview: what is told, with which status."""

    status: int
    errors: tuple[str, ...]


class Reference:
    """The account overview over these accounts, as the page has it."""

    def __init__(self, accounts: Accounts) -> None:
        """Answer for these accounts."""
        self.accounts = accounts

    # --- The way of a request ----------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        """Answer any request at all."""
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
        """Return the format that the path's ending names."""
        return next((known for known in Format if path.endswith(f".{known}")), None)

    def read(self, request: Request) -> Parameters:
        """Take the parameters apart; those of a form body stand as well as those of the query."""
        sent = [request.query, request.body if request.method == "POST" else b""]
        written = b"&".join(part for part in sent if part).decode()
        return parse_qsl(written, keep_blank_values=True, errors="strict")

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        """Answer the documented call."""
        found = self.look_up(parameters)
        if isinstance(found, Refusal):
            return self.refuse(wanted, found)
        return self.show(wanted, found)

    # --- Whose account, if anyone's ----------------------------------------------------------

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        """Find the account that is asked about, or say why not.

        Who may not ask is not told whether a customer exists.
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
        """Say everything that is wrong with the parameters by themselves.

        No error repeats a value: one of them is the key.
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
        """Return the reseller to whom both credentials belong."""
        reseller = self.accounts.reseller(api_user)
        return reseller if reseller and self.key_fits(reseller, api_key) else None

    def key_fits(self, reseller: Reseller, api_key: str) -> bool:
        """Compare in a time that does not tell how much of the key is right."""
        return hmac.compare_digest(reseller.api_key.encode(), api_key.encode())

    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        """Return the account of the reseller's own customer of this name."""
        return reseller.customer(user)

    # --- The two envelopes -------------------------------------------------------------------

    def overview(self, account: Account) -> Mapping[str, str]:
        """Return the ten fields as text.

        The page's JSON has most counts as strings. All are here: a reader that takes JSON's numbers
        for doubles loses digits from 2^53 on.
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
        """Write JSON in UTF-8, the only encoding that it has (RFC 8259, 8.1)."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        return Response(status, "application/json", f"{text}\n".encode())

    def send_xml(self, status: int, root: ET.Element) -> Response:
        """Write XML in the encoding that the page declares.

        What ISO-8859-1 does not hold becomes a character reference (XML 1.0, 4.1).
        """
        ET.indent(root, "   ")
        text = ET.tostring(root, encoding="unicode")
        document = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n\n{text}\n'
        body = document.encode("iso-8859-1", "xmlcharrefreplace")
        return Response(status, "application/xml; charset=ISO-8859-1", body)


def default_reference() -> Reference:
    """Return the reference over the accounts that come with the package."""
    return Reference(load_accounts())
