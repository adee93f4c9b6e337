"""Cost of one response: reading, validating and scrubbing, compared with the parser alone."""

import json
from xml.etree import ElementTree

import pytest

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.stages import staged
from reseller_conformance.client.request import request_for, valid_values_of
from reseller_conformance.client.secrets import secrets_of
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.envelope import reader
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.reference import Reference, Request, default_reference

RESELLER = default_reference().accounts.resellers[0]
TARGET = Target(
    "http://127.0.0.1", RESELLER.api_user, Secret(RESELLER.api_key), (RESELLER.customers[0].user,)
)


def body_of(format: Format, query: str) -> bytes:
    path = f"/apiv2/reseller.account.{format}"
    return default_reference().respond(Request(path, query.encode(), "GET", b"")).body


def right(format: Format) -> str:
    case = Case(format)
    return request_for(case, TARGET.base_url, valid_values_of(TARGET)).url.partition("?")[2]


BODIES = {
    f"{format}-{name}": (format, body_of(format, query))
    for format in Format
    for name, query in (("overview", right(format)), ("errors", ""))
}


@pytest.mark.parametrize("name", BODIES)
def test_reading_an_envelope(benchmark, name):
    format, body = BODIES[name]
    benchmark(reader._read, body, format, None)


@pytest.mark.parametrize("name", BODIES)
def test_the_parser_alone(benchmark, name):
    format, body = BODIES[name]
    benchmark(json.loads if format is Format.JSON else ElementTree.fromstring, body)


@pytest.mark.parametrize("name", BODIES)
def test_scrubbing_a_body(benchmark, name):
    benchmark(Scrubber(secrets_of(TARGET)).data, BODIES[name][1])


def test_writing_a_call(benchmark):
    benchmark(request_for, Case(Format.JSON), TARGET.base_url, valid_values_of(TARGET))


def test_planning_a_standard_run(benchmark):
    benchmark(lambda: list(staged(Plan(Depth.STANDARD, 4), list(Format), lambda _: [])))


def test_the_reference_answers(benchmark):
    reference: Reference = default_reference()
    asked = Request("/apiv2/reseller.account.json", right(Format.JSON).encode(), "GET", b"")
    benchmark(reference.respond, asked)
