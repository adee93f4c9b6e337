"""Each requirement has a helpful page, and the violation on it is a real one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle
from urllib.parse import parse_qsl, urlencode

import pytest

from judging import ACCOUNTS_FILE, Direct, judge, settings, target_of
from reseller_conformance import assert_conformant
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import parse
from reseller_conformance.checks.rules import ALL_EVIDENCE, Evidence, rules_for
from reseller_conformance.contract import FIELDS, Format, path_of
from reseller_conformance.exchange import Exchange
from reseller_conformance.findings.model import Outcome
from reseller_conformance.guidance import GUIDANCE, page_of, text_of
from reseller_conformance.guidance.valid import corrected, parameters
from reseller_conformance.reference import Reference, Request, Response, default_reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import CATALOGUE, Level, Requirement

REFERENCE = default_reference()
RESELLER = REFERENCE.accounts.resellers[0]
FIRST = RESELLER.customers[0]
VALUES = {field.name: str(getattr(FIRST, field.name)) for field in FIELDS}

NOT_FED = {
    "http.delivered": "is judged of what stays so when it is asked again",
    "http.timeout": "is a matter of time",
    "http.complete": "is wrong below what a reference can say",
    "http.retries": "is a matter of what is asked again",
    "isolation.sequence": "shows only after another call",
    "isolation.concurrency": "shows only beside another call",
    "request.post": "is observed, and cannot fail",
    "clients.head-status": "is observed, and cannot fail",
    "rejects.user-similar": "is observed, and cannot fail",
}
"""Violations that one response does not show: `faults` has implementations with them."""


# --- Examples as written -------------------------------------------------------------------------


EXCHANGE = re.compile(
    r"(?ms)^(?:GET|HEAD|POST) (\S+)\?(\S+)\n((?:[\w-]+: [^\n]+\n)*)\n(.*?)\n\n(?=GET|POST|\Z)"
)


def exchanges(example: str) -> list[tuple[str, str, Response]]:
    """Return path, query and response of each exchange, with `…` replaced by the full text."""
    found = EXCHANGE.findall(example)
    assert found
    return [(path, query, _answer(path, text)) for path, query, _, text in found]


def fields_in(example: str) -> list[tuple[str, str]]:
    """Return the header fields that the requests of an example carry."""
    lines = [line for _, _, fields, _ in EXCHANGE.findall(example) for line in fields.splitlines()]
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def _answer(path: str, text: str) -> Response:
    head, _, body = text.partition("\n\n")
    status, *headers = head.splitlines()
    code = re.fullmatch(r"HTTP/1\.1 (\d{3}) .+", status)
    assert code
    fields = dict(line.split(": ", 1) for line in headers)
    kind = fields.pop("Content-Type", f"application/{path.rpartition('.')[2]}")
    return Response(int(code[1]), kind, _filled(body), tuple(fields.items()))


def _filled(body: str) -> bytes:
    rest = {name: value for name, value in VALUES.items() if name not in body}
    members = ", ".join(f'"{name}": "{value}"' for name, value in rest.items())
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in rest.items())
    text = body.replace("…", elements if body.startswith("<") else members)
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())


def meant(query: str) -> list[tuple[str, str]]:
    """Return the parameters of an example: a bare `…` is all others, with valid values."""
    return parameters(query, REFERENCE)


def sent(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query.decode(), keep_blank_values=True)


class AsTheExample(Reference):
    """Responds to the calls of an example as written there, and correctly to all others."""

    def __init__(self, id: str) -> None:
        super().__init__(REFERENCE.accounts)
        self._id = id
        said: dict[tuple[str, str], list[Response]] = {}
        for path, query, response in exchanges(GUIDANCE[id].example):
            said.setdefault((path, query), []).append(response)
        self._said = {of: cycle(responses) for of, responses in said.items()}
        self._fields = fields_in(GUIDANCE[id].example)
        self._alike: Callable[[Request, str], bool] = SAME_CALL.get(id, same_parameters)

    def respond(self, request: Request) -> Response:
        for (path, query), responses in self._said.items():
            as_said = request.path == path and self._alike(request, query)
            if as_said and (SAME_CALL.get(self._id) or self._carries(request, query)):
                return next(responses)
        return super().respond(request)

    def _carries(self, request: Request, query: str) -> bool:
        """Return whether the request has the fields of the example. A first call has no cookie."""
        return all(
            (request.header(name) or "").startswith(value)
            for name, value in self._fields
            if name != "Cookie" or query != "…"
        )


def same_parameters(request: Request, query: str) -> bool:
    return sorted(sent(request)) == sorted(meant(query))


SAME_CALL: dict[str, Callable[[Request, str], bool]] = {
    "request.order": lambda request, query: sent(request) == meant(query),
    "request.separators": lambda request, _: request.query.startswith(b"&"),
    "request.no-injection": lambda request, _: b"%0D%0A" in request.query,
    "request.encoding": lambda request, query: query[:9].encode() in request.query,
    "clients.no-user-agent": lambda request, query: (
        same_parameters(request, query) and request.header("User-Agent") is None
    ),
    "clients.no-accept-encoding": lambda request, query: (
        same_parameters(request, query) and request.header("Accept-Encoding") is None
    ),
    "clients.http-version": lambda request, query: (
        same_parameters(request, query) and request.version == "1.0"
    ),
    "clients.head": lambda request, query: (
        same_parameters(request, query) and request.method == "HEAD"
    ),
}
"""What makes a call the one of the example, where it is not the parameters alone."""


# --- Checks of the examples ----------------------------------------------------------------------


def test_every_requirement_has_guidance_and_nothing_else_has() -> None:
    missing = sorted({known.id for known in CATALOGUE} - set(GUIDANCE))
    assert not missing, f"add an entry in guidance/: {missing}"
    assert set(GUIDANCE) == {known.id for known in CATALOGUE}
    assert set(NOT_FED) < set(GUIDANCE)


FED: Sequence[str] = [known.id for known in CATALOGUE if known.id not in NOT_FED]


@pytest.mark.parametrize("id", FED)
def test_the_example_violates_its_requirement(id: str) -> None:
    # formats and customers share invalid calls, and the example shows one of each
    path = exchanges(GUIDANCE[id].example)[0][0]
    alone = [format for format in Format if path_of(format) == path]
    failed = failing(id, alone, 1)
    if id not in failed:
        failed = failing(id, list(Format), 5)
    assert id in failed, f"the check misses the example of {id}; these find it: {sorted(failed)}"


def failing(id: str, formats: Sequence[Format], customers: int) -> set[str]:
    made = AsTheExample(id)
    target = target_of(made, EMBEDDED_URL)
    target = replace(target, customers=target.customers[:customers])
    chosen = replace(settings("standard", expect=ACCOUNTS_FILE), formats=tuple(formats))
    judged = judge(target, chosen, Direct(made, target))
    return {one.requirement.id for one in judged if one.outcome is Outcome.FAILED}


@pytest.mark.parametrize("id", sorted(NOT_FED))
def test_an_example_that_one_answer_does_not_show_is_written_like_the_others(id: str) -> None:
    for path, query, response in exchanges(GUIDANCE[id].example):
        assert path in {path_of(format) for format in Format}
        assert meant(query)
        assert 200 <= response.status < 600


@pytest.mark.parametrize("requirement", CATALOGUE, ids=str)
def test_a_page_says_what_why_where_how_and_shows_it(requirement: Requirement) -> None:
    text = page_of(requirement)
    plain = text.replace("\\", "")
    assert text.startswith(f"# {requirement.id}\n\n{requirement.level.upper()}, in ")
    assert all(said in plain for said in (requirement.title, requirement.reason))
    assert requirement.source in plain
    assert "\n## How to fix it\n\n" in text
    shown = [] if requirement.level is Level.MAY else ["The valid response"]
    assert re.findall(r"## (.*)\n\n```text\n", text)[1:] == shown
    assert text.endswith((".\n", "```\n"))


@pytest.mark.parametrize("requirement", CATALOGUE, ids=str)
def test_a_page_as_text_holds_no_escapes_of_markdown(requirement: Requirement) -> None:
    text = text_of(requirement)
    assert set(re.findall(r"\\.", text)) <= {r"\x", r"\""}
    assert f": {requirement.title}." in text


@pytest.mark.parametrize("id", [id for id in GUIDANCE if not id.startswith("clients.head")])
def test_the_right_response_stands_for_the_same_calls_and_violates_nothing(id: str) -> None:
    guidance = GUIDANCE[id]
    right = exchanges(guidance.right or corrected(guidance.example))
    assert [call[:2] for call in right] == [call[:2] for call in exchanges(guidance.example)]
    for path, query, response in right:
        due = REFERENCE.respond(Request(path, urlencode(meant(query)).encode()))
        assert response.status == due.status
        assert_conformant(
            response.body,
            format=Format(path.rpartition(".")[2]).value,
            expect="overview" if due.status == 200 else "error",
            content_type=response.content_type,
            level="should",
        )
        assert violated_by(response, path, is_valid=due.status == 200) == set()


def violated_by(response: Response, path: str, *, is_valid: bool) -> set[str]:
    """Return what this response violates, its headers included."""
    case = Case(Format(path.rpartition(".")[2]))
    case = case if is_valid else replace(case, api_key=State.UNKNOWN)
    fields = (("Content-Type", response.content_type), *response.headers)
    parsed = parse(Exchange(case, EMBEDDED_URL, response.status, fields, response.body))
    rules = rules_for(parsed, ALL_EVIDENCE if is_valid else ALL_EVIDENCE & ~Evidence.EXPECTED_KIND)
    return {rule.requirement.id for rule in rules if any(rule.check(parsed))}


@pytest.mark.parametrize("id", GUIDANCE)
def test_guidance_is_short_and_whole(id: str) -> None:
    guidance = GUIDANCE[id]
    assert 40 <= len(guidance.fix) <= 320
    assert re.fullmatch(r"[A-Z].*\.", guidance.fix)
    assert guidance.fix.count("`") % 2 == 0
    assert max(map(len, guidance.example.splitlines())) <= 100
