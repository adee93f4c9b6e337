"""A real shell runs the commands, with a curl that writes down its arguments."""

import os
import subprocess
from dataclasses import replace
from itertools import pairwise, product
from urllib.parse import unquote

import pytest

from reseller_conformance.cases.case import Case, Encoding, ValidValues, pairs, query
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import COMMON_INVALID, NEAR_MISSES, State, Text
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.stages import staged
from reseller_conformance.cases.texts import SPECIAL_TEXTS
from reseller_conformance.client.target import Target
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.findings.curl import curl
from reseller_conformance.redaction.secret import Secret

KEY = "k3y/with+odd&chars=%41\"<$'x"
TARGET = Target(
    "http://127.0.0.1:1/base", "me & co", Secret(KEY), ("ann o'neil@example.com",), "eve"
)
RIGHTS = ValidValues(TARGET.api_user, KEY, TARGET.customers, TARGET.foreign)


def given_to_curl(command: str, tmp_path) -> list[str]:
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RESELLER_API_KEY": KEY}
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


def pairs_in(arguments: list[str]) -> list[tuple[str, str]]:
    found = []
    for kind, text in pairwise(arguments):
        name, _, value = text.partition("=")
        if kind == "--data-raw":
            found.append((unquote(name), unquote(value)))
        elif kind == "--data-urlencode":  # curl encodes the value itself
            found.append((unquote(name), value))
    return found


CASES = [
    Case(Format.JSON),
    *(Case(Format.XML, encoding=encoding) for encoding in Encoding),
    *(
        Case(Format.JSON, api_key=state)
        for state in (State.MISSING, State.EMPTY, *COMMON_INVALID["api_key"])
    ),
    *(Case(Format.JSON, api_key=state) for state in NEAR_MISSES["api_key"]),
    *(
        Case(Format.JSON, api_key=state, encoding=encoding)
        for state, encoding in product(
            COMMON_INVALID["api_key"], (Encoding.VALUES, Encoding.LOWER_CASE)
        )
    ),
    *(Case(Format.JSON, user=Text(text)) for text in SPECIAL_TEXTS),
    Case(Format.JSON, repeated_parameters=(("api_key", State.PREFIX), ("api_key", State.UNKNOWN))),
    Case(Format.JSON, arrays=("api_key", "user")),
    *(case for name in PARAMETERS for case in Plan(Depth.QUICK, 1).operators(Format.XML, name)),
    Case(Format.JSON, method="POST"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_command_sends_what_the_case_says(case, tmp_path):
    arguments = given_to_curl(curl(case, TARGET), tmp_path)
    assert pairs_in(arguments) == pairs(case, RIGHTS)
    assert ("-G" in arguments) == (case.method == "GET")
    assert f"http://127.0.0.1:1/base/apiv2/reseller.account.{case.format}" in arguments


@pytest.mark.parametrize("encoding", [Encoding.VALUES, Encoding.LOWER_CASE])
def test_the_command_encodes_in_the_letter_case_of_the_call(encoding, tmp_path):
    case = Case(Format.XML, encoding=encoding)
    arguments = given_to_curl(curl(case, TARGET), tmp_path)
    written = [text for kind, text in pairwise(arguments) if kind == "--data-raw"]
    assert "&".join(written) == query(pairs(case, RIGHTS), encoding)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_command_holds_no_part_of_the_key(case):
    command = curl(case, TARGET)
    for part in (KEY, KEY[:-1], KEY[1:], KEY.swapcase(), "k3y", "K3Y"):
        assert part not in command


def test_headers_and_trust_are_passed_on_without_the_value_of_a_header():
    target = Target(
        "https://h", "me", Secret(KEY), ("ann",), headers=(("X-Token", "t0ken"),), verify="ca.pem"
    )
    command = curl(Case(Format.JSON), target)
    assert '-H "X-Token: $HEADER_X_TOKEN"' in command
    assert "--cacert ca.pem" in command
    assert "t0ken" not in command


def test_a_response_with_a_content_coding_is_asked_for_with_one():
    case = Case(Format.JSON)
    assert "--compressed" in curl(case, TARGET, is_coded=True).split()
    assert "--compressed" not in curl(case, TARGET).split()


@pytest.mark.parametrize("format", Format)
def test_every_case_of_a_run_can_be_written_down(format):
    target = replace(TARGET, customers=("ann", "bob"))
    calls = staged(Plan(Depth.STANDARD, 2), [format], lambda _: ())
    for case in (case for _, sequence in calls for case in sequence):
        assert KEY not in curl(case, target)


@pytest.mark.parametrize("state", [State.WITHOUT_ACCENTS, State.MIDDLE_ALTERED, State.FULL_WIDTH])
def test_a_spelling_of_a_key_with_accents_is_no_part_of_the_command(state, tmp_path):
    key = "Schlüssel-één-ñ9"
    command = curl(Case(Format.JSON, api_key=state), replace(TARGET, api_key=Secret(key)))
    assert "ssel" not in command
    assert "een" not in command
    done = subprocess.run(
        ["sh", "-c", command.replace("curl", "printf '%s\\n'", 1)],
        env={"PATH": os.environ["PATH"], "RESELLER_API_KEY": key, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    if state is State.WITHOUT_ACCENTS:
        assert "api_key=Schlussel-een-n9" in done.stdout.decode().splitlines()
