"""How parameters are read and compared: leniently or strictly, where the API docs are silent.

The variants that violate a SHOULD are at the end.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, unquote

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Account, Reference, Refusal, Request, Reseller, Response
from reseller_conformance.reference.core import Parameters
from variants.registry import composed
from variants.shops import ACCENTED, customer, shop

__all__ = ["collated"]


def collated(name: str) -> str:
    """Return what MySQL's utf8_general_ci compares: no case, no accent, no space at the ends."""
    plain = unicodedata.normalize("NFKD", name.strip())
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


class _FirstWins(Reference):
    """The reference, but the first of two values counts instead of an error."""

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given: dict[str, str] = {}
        for name, value in parameters:
            given.setdefault(name, value)
        return super().look_up(tuple(given.items()))


@composed("of a repeated parameter the first wins")
class FirstOfTwoWins(_FirstWins):
    pass


@composed("of a repeated parameter the last wins, as in PHP")
class LastOfTwoWins(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        return super().look_up(tuple(dict(parameters).items()))


@composed("of a repeated user the first that is a customer wins; other repeats are refused")
class FirstOwnUser(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        users = [value for name, value in parameters if name == "user"]
        own = [user for user in users if self.accounts.resellers[0].customer(user)]
        others = [pair for pair in parameters if pair[0] != "user"]
        return super().look_up([*others, *(("user", user) for user in (own or users)[:1])])


@composed("forms are refused, and so are calls with HTTP authentication")
class GetAlone(Reference):
    def respond(self, request: Request) -> Response:
        wanted = self.find_format(request.path)
        if wanted and (request.method == "POST" or request.header("Authorization")):
            return self.refuse(wanted, Refusal(403, ("Say who you are in the query.",)))
        return super().respond(request)


@composed("a query that does not decode, or has a part without =, gets a line of text and a 400")
class RefusesMalformed(Reference):
    def respond(self, request: Request) -> Response:
        parts = request.query.split(b"&")
        bad = re.search(rb"%(?![0-9A-Fa-f]{2})|%00|%0[dD]|%[fF]{2}", request.query)
        if bad or any(part and b"=" not in part for part in parts):
            return Response(400, "text/plain", b"Bad request\n")
        return super().respond(request)


@composed("the key is trimmed", should=("rejects.api-key-spelling",))
class TrimmedKey(Reference):
    def find_reseller(self, api_user: str, api_key: str) -> Reseller | None:
        return super().find_reseller(api_user, api_key.strip())


@composed("repeated parameters are joined by a comma, as in classic ASP")
class RepeatedAreJoined(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given: dict[str, str] = {}
        for name, value in parameters:
            given[name] = f"{given[name]}, {value}" if name in given else value
        return super().look_up(tuple(given.items()))


@composed("arrays are read as their first or last value, with any index")
class ArraysAreValues(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given = {name.partition("[")[0]: value for name, value in parameters}
        return super().look_up(tuple(given.items()))


@composed(
    "customers' names are compared as MySQL does: no case, no accents, trimmed", shop=ACCENTED
)
class NamesComparedAsMysqlDoes(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        known = {collated(account.user): account for account in reseller.customers}
        return known.get(collated(user)) if collated(user) else None


@composed("api_user is compared in any letter case, and trimmed", shop=ACCENTED)
class ApiUserInAnyCase(Reference):
    def find_reseller(self, api_user: str, api_key: str) -> Reseller | None:
        for reseller in self.accounts.resellers:
            if collated(reseller.api_user) == collated(api_user):
                return reseller if self.key_fits(reseller, api_key) else None
        return None


NAMED_X = shop("Xenon", "k3y-Xenon", customer("Xavier@island.example"), customer("MAX"))


@composed("names whose near misses are the same name in another letter case", shop=NAMED_X)
class NamesInAnyCase(NamesComparedAsMysqlDoes):
    find_reseller = ApiUserInAnyCase.find_reseller


SIGNS = shop(
    "a+b",
    "1+1=2 & more;",
    customer("c+d@island.example"),
    customer("e f;g@island.example"),
)


@composed("a plus sign is a plus sign, as in RFC 3986", shop=SIGNS)
class PlusIsPlus(Reference):
    def read(self, request: Request) -> Parameters:
        pairs = (part.partition("=") for part in request.query.decode().split("&"))
        return [(unquote(name), unquote(value, errors="strict")) for name, _, value in pairs]


@composed("a semicolon separates parameters too, as HTML 4 advised", shop=SIGNS)
class SemicolonParts(Reference):
    def read(self, request: Request) -> Parameters:
        written = request.query.decode().replace(";", "&")
        return parse_qsl(written, keep_blank_values=True, errors="strict")


@composed("values are normalized to NFC")
class NormalisedNames(Reference):
    def read(self, request: Request) -> Parameters:
        read = super().read(request)
        return [(name, unicodedata.normalize("NFC", value)) for name, value in read]


class _Gateway(Reference):
    """The reference behind a filter that refuses some values in HTML."""

    def respond(self, request: Request) -> Response:
        if self.refuses(unquote(request.query.decode("ascii", "replace"))):
            return Response(400, "text/html", b"<html><h1>400 Bad Request</h1></html>")
        return super().respond(request)

    def refuses(self, written: str) -> bool:
        raise NotImplementedError


@composed("control characters and bytes that are not UTF-8 are refused first, in HTML")
class ControlsRefused(_Gateway):
    def refuses(self, written: str) -> bool:
        return any(unicodedata.category(char) == "Cc" or char == "\ufffd" for char in written)


@composed("NUL and noncharacters are refused, in HTML")
class NoncharactersRefused(_Gateway):
    def refuses(self, written: str) -> bool:
        return any(char == "\0" or ord(char) & 0xFFFE == 0xFFFE for char in written)


LONG = shop(
    "lighthouse",
    "k" * 200,
    customer(f"{'ann' * 70}@island.example"),
    customer("bob@island.example"),
)


@composed("values of more than 255 characters are refused, in HTML", shop=LONG)
class LongValuesRefused(_Gateway):
    def refuses(self, written: str) -> bool:
        return any(len(value) > 255 for _, value in parse_qsl(written))


@composed("calls without a query at all get responses like any other")
class RefusesWithoutReading(Reference):
    def respond(self, request: Request) -> Response:
        wanted = self.find_format(request.path)
        if wanted and not request.query:
            return self.refuse(wanted, Refusal(400, ("Say something.",)))
        return super().respond(request)


# --- Variants that violate a SHOULD --------------------------------------------------------------


@composed("task in any letter case, and trimmed", should=("rejects.task-spelling",))
class TaskInAnyCase(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        read = [(n, v.strip().lower() if n == "task" else v) for n, v in parameters]
        return super().look_up(read)


@composed("an unknown parameter is an error", should=("request.undocumented",))
class UnknownParameterRefused(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        if any(name.partition("[")[0] not in PARAMETERS for name, _ in parameters):
            return Refusal(400, ("Unknown parameter",))
        return super().look_up(parameters)


@composed("arrays and repeated parameters crash", should=("request.array", "request.repeated"))
class ArraysCrash(Reference):
    def respond(self, request: Request) -> Response:
        names = [name for name, _ in parse_qsl(request.query.decode(), keep_blank_values=True)]
        if len(set(names)) < len(names) or any("[" in name for name in names):
            return Response(500, "text/html", b"Internal Server Error")
        return super().respond(request)


@composed("arrays get a page of HTML", should=("request.array",))
class ArraysGetHtml(Reference):
    def respond(self, request: Request) -> Response:
        if any(
            "[" in name for name, _ in parse_qsl(request.query.decode(), keep_blank_values=True)
        ):
            return Response(400, "text/html", b"<b>Warning</b>: Array to string conversion")
        return super().respond(request)


@composed(
    "a changing number of messages: sometimes one, sometimes two", should=("errors.deterministic",)
)
class ErrorsAsItLikes(Reference):
    turn = 0

    def refuse(self, wanted: Format, _: Refusal) -> Response:
        self.turn += 1
        return super().refuse(wanted, Refusal(400, ("No.", "No!")[: 1 + self.turn % 2]))
