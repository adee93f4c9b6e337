"""The first finding is the cause: one thing that fails everywhere is reported once.

Requirements that depend on it are not tested, and give the reason. Others are judged all the same.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from faults import FAULTS, Fault
from faults.registry import ACCOUNTS, changed, variant
from judging import ACCOUNTS_FILE, Direct, Judged, judge, settings, target_of
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import CATALOGUE, Level

Change = Callable[[Response], Response]
Make = Callable[[], Reference]

PAGE = b"<!DOCTYPE html><html><title>Sign in</title><body>The message: sign in first</body></html>"
NOT_FOUND = Response(404, "text/html", b"<html><body><h1>Not Found</h1></body></html>")


@dataclass(frozen=True)
class Broken:
    """An implementation that fails in one way everywhere, and the expected report."""

    make: Make
    fails: tuple[str, ...]
    """The MUSTs that fail: one, or as few as are independent."""
    said: str
    """The actual value in the first finding."""
    untested: str = ""
    """A part of each reason for not-tested requirements; empty if all were tested."""


def everywhere(change: Change) -> Make:
    return changed(Reference.respond, change)


def always(response: Response) -> Make:
    return everywhere(lambda _: response)


def in_errors(change: Change) -> Make:
    return everywhere(lambda response: response if response.status == 200 else change(response))


def in_overviews(change: Change) -> Make:
    return everywhere(lambda response: change(response) if response.status == 200 else response)


def body(change: Callable[[bytes], bytes]) -> Change:
    return lambda response: replace(response, body=change(response.body))


def asked_for(**parameters: str) -> Make:
    """Respond to each call as if it had this query."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items()).encode()

    def respond(self: Reference, request: Request) -> Response:
        return Reference.respond(self, replace(request, query=query))

    return variant(respond=respond)


def instead(ending: str, respond: Callable[[Reference, Request], Response]) -> Make:
    """Respond differently to calls in one format."""

    def responding(self: Reference, request: Request) -> Response:
        sent = request.path.endswith(ending)
        return respond(self, request) if sent else Reference.respond(self, request)

    return variant(respond=responding)


def in_the_other(self: Reference, request: Request) -> Response:
    base, _, format = request.path.rpartition(".")
    other = {"json": "xml", "xml": "json"}[format]
    return Reference.respond(self, replace(request, path=f"{base}.{other}"))


def camel(body: bytes) -> bytes:
    return re.sub(rb'_([a-z])(?=[a-z_]*[">])', lambda match: match[1].upper(), body)


def bracketed(body: bytes) -> bytes:
    return b"callback(" + body + b");" if body.startswith(b"{") else body


CALL, SEE_CALL = ("success.returned",), "see success.returned"

BROKEN: dict[str, Broken] = {
    "no XML at all": Broken(
        instead("xml", lambda *_: NOT_FOUND),
        CALL,
        "HTTP 404 with no envelope, but an HTML",
        SEE_CALL,
    ),
    "JSON under .xml": Broken(instead("xml", in_the_other), ("readable.format",), "JSON: "),
    "XML under .json": Broken(instead("json", in_the_other), ("readable.format",), "XML: "),
    "500 for everything": Broken(
        always(Response(500, "text/plain", b"Sorry")), CALL, "HTTP 500 with no envelope", SEE_CALL
    ),
    "500 with the valid body": Broken(
        everywhere(lambda response: replace(response, status=500)),
        CALL,
        "HTTP 500 with an overview",
        SEE_CALL,
    ),
    "a login page": Broken(
        always(Response(200, "text/html", PAGE)),
        CALL,
        "HTTP 200 with no envelope, but an HTML page",
        SEE_CALL,
    ),
    "a redirect to a login page": Broken(
        always(Response(302, "text/html", b"", (("Location", "/login"),))),
        CALL,
        "redirect to /login",
        SEE_CALL,
    ),
    "no body": Broken(everywhere(body(lambda _: b"")), CALL, "HTTP 200 without a body", SEE_CALL),
    "nothing found": Broken(always(NOT_FOUND), CALL, "HTTP 404 with no envelope", SEE_CALL),
    "an empty object": Broken(
        always(Response(200, "application/json", b"{}")), CALL, "but an empty object", SEE_CALL
    ),
    "undeclared gzip": Broken(
        everywhere(body(gzip.compress)), CALL, "no envelope, but binary data", SEE_CALL
    ),
    "invalid credentials": Broken(
        asked_for(api_user="nobody", task="overview"),
        CALL,
        "HTTP 4.. with an error envelope",
        SEE_CALL,
    ),
    "a warning before each body": Broken(
        everywhere(body(lambda text: b"<br />\n<b>Warning</b>: in x.php\n" + text)),
        ("readable.syntax",),
        "something before it: '<br />",
        "see readable.syntax",
    ),
    "JSONP": Broken(everywhere(body(bracketed)), ("readable.syntax",), "before it: 'callback"),
    "bodies cut off": Broken(
        everywhere(body(lambda text: text[:-12])),
        ("readable.syntax",),
        "ends too early",
        "see readable.syntax",
    ),
    "a DOCTYPE": Broken(
        everywhere(body(lambda text: text.replace(b"<result>", b"<!DOCTYPE result><result>"))),
        ("readable.no-doctype",),
        "a DOCTYPE",
        "see readable.no-doctype",
    ),
    "names in camel case": Broken(
        in_overviews(body(camel)), ("success.fields",), "none of that name"
    ),
    "errors in plain text": Broken(
        in_errors(lambda _: Response(400, "text/plain", b"Bad request")),
        ("readable.format",),
        "plain text: 'Bad request'",
        "see readable.format",
    ),
    "errors are 500": Broken(
        in_errors(lambda _: Response(500, "text/html", PAGE)),
        ("http.server-error",),
        "500",
        "see http.server-error",
    ),
    "errors without a body": Broken(
        in_errors(body(lambda _: b"")), ("http.body",), "with an empty body", "see http.body"
    ),
    "errors are problem details": Broken(
        in_errors(lambda _: Response(400, "application/json", b'{"title": "Bad", "status": 400}')),
        ("readable.format", "readable.envelope"),
        "an object with title, status|JSON: ",
        "see readable.(format|envelope)",
    ),
    "open to all": Broken(
        asked_for(
            api_user=ACCOUNTS.resellers[0].api_user,
            api_key=ACCOUNTS.resellers[0].api_key,
            task="overview",
            user=ACCOUNTS.resellers[0].customers[0].user,
        ),
        (
            *("rejects.task-missing", "rejects.task-empty", "rejects.task-other"),
            *(
                "rejects.user-missing",
                "rejects.user-empty",
                "rejects.user-unknown",
                "rejects.user-foreign",
            ),
            *("rejects.api-user-missing", "rejects.api-user-empty", "rejects.api-user-wrong"),
            *("rejects.api-key-missing", "rejects.api-key-empty", "rejects.api-key-wrong"),
            "isolation.customers",
        ),
        "an overview: package=Silver Package",
        "see rejects",
    ),
}


def judged(made: Reference, expect: str = "") -> list[Judged]:
    target = target_of(made, EMBEDDED_URL)
    return judge(target, settings("quick", expect=expect), Direct(made, target))


def violated(found: list[Judged]) -> list[Judged]:
    return [
        one
        for one in found
        if one.outcome is Outcome.FAILED and one.requirement.level is Level.MUST
    ]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_everywhere_is_told_once(name: str) -> None:
    broken = BROKEN[name]
    found = judged(broken.make())
    failed = violated(found)
    assert tuple(dict.fromkeys(one.requirement.id for one in failed)) == broken.fails
    assert re.search(broken.said, failed[0].reason)
    reasons = {one.reason for one in found if one.outcome is Outcome.NOT_TESTED}
    assert all(re.search(broken.untested, reason) for reason in reasons)
    assert bool(reasons) is bool(broken.untested)


def of_some_requirements() -> list[Fault]:
    """A fault of each fourth MUST; the matrix checks that all faults are found."""
    first = {fault.fails: fault for fault in reversed(FAULTS.values()) if not fault.needs_sockets}
    return [first[one] for one in CATALOGUE if one in first and one.level is Level.MUST][::4]


@pytest.mark.parametrize("fault", of_some_requirements(), ids=str)
def test_the_first_finding_names_the_fault(fault: Fault) -> None:
    made = fault.make()
    assert isinstance(made, Reference)
    expect = ACCOUNTS_FILE if fault.fails.id == "values.expected" else ""
    failed = violated(judged(made, expect))
    assert failed[0].requirement in (fault.fails, *fault.also)
