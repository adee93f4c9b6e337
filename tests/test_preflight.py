"""Which calls a run makes, and what it reports, if no documented call returns an overview."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from hostile_servers.measuring import environment
from judging import ACCOUNTS_FILE, Direct, Judged, judge, settings, target_of
from reseller_conformance.client.target import Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.findings.model import Outcome
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.reference import Reference, Request, Response, default_reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import VALUES_EXPECTED
from reseller_conformance.suite.target_session import TargetSession
from servers import http, serving

MOST_CALLS = 14
UNKNOWN_CUSTOMER = "stranger-4711@example.com"

RIGHT = target_of(default_reference(), EMBEDDED_URL)
WRONG_KEY = replace(RIGHT, api_key=Secret("xK-77-zz"))
WRONG_API_USER = replace(RIGHT, api_user="nobody-4711")


class Responding(Reference):
    """A reference whose responses are made by a function of the request and the right response."""

    def __init__(self, response: Callable[[Request, Response], Response]) -> None:
        super().__init__(default_reference().accounts)
        self._change = response

    def respond(self, request: Request) -> Response:
        return self._change(request, super().respond(request))


def error(text: str, status: int = 403) -> Response:
    body = f'{{"message": "error", "errors": ["{text}"]}}'
    return Response(status, "application/json", body.encode())


def in_json(target: Target, *customers: str) -> tuple[Target, Settings]:
    chosen = settings("standard", expect=ACCOUNTS_FILE)
    chosen = replace(chosen, formats=chosen.formats[:1])
    return replace(target, customers=customers or target.customers), chosen


def asked_of(
    reference: Reference, target: Target, chosen: Settings
) -> tuple[TargetSession, Direct]:
    client = Direct(reference, target)
    return TargetSession(target, chosen, client), client


def hint(reference: Reference, target: Target) -> str:
    sent, _ = asked_of(reference, target, in_json(target)[1])
    return sent.preflight.cause.hint


def judged(
    target: Target, reference: Reference | None = None, **chosen: bool
) -> tuple[list[Judged], int]:
    client = Direct(reference or default_reference(), target)
    judged = judge(target, replace(settings("standard", expect=ACCOUNTS_FILE), **chosen), client)
    return judged, client.traffic.calls


def failed(judged: list[Judged]) -> set[str]:
    return {one.requirement.id for one in judged if one.outcome is Outcome.FAILED}


# --- How much is called ---------------------------------------------------------------------------

REFUSED = [
    pytest.param(WRONG_KEY, id="wrong key"),
    pytest.param(WRONG_API_USER, id="wrong api_user"),
    pytest.param(replace(RIGHT, customers=(UNKNOWN_CUSTOMER,)), id="unknown customer"),
    pytest.param(
        replace(RIGHT, customers=tuple(f"{i}-{UNKNOWN_CUSTOMER}" for i in range(9))),
        id="nine unknown customers",
    ),
]


@pytest.mark.parametrize("target", REFUSED)
def test_a_refused_documented_call_is_followed_by_a_handful_of_calls(target: Target) -> None:
    found, calls = judged(target)
    assert calls <= MOST_CALLS
    assert failed(found) == {"success.returned"}
    judged_by_calls = [one.outcome for one in found if one.requirement is not VALUES_EXPECTED]
    assert set(judged_by_calls) == {Outcome.FAILED, Outcome.NOT_TESTED}


def test_what_was_not_called_says_how_to_call_it() -> None:
    found, _ = judged(WRONG_KEY)
    reasons = {one.reason for one in found if one.requirement.id == "http.delivered"}
    assert [reason.endswith("or call on with --keep-going") for reason in reasons] == [True]


def test_no_example_is_drawn_where_nothing_more_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(
        TargetSession, "property_cases", lambda *strategy: drawn.append(strategy) or []
    )
    found, _ = judged(WRONG_KEY)
    assert failed(found) == {"success.returned"}
    assert drawn == []


def test_with_keep_going_everything_is_called() -> None:
    found, calls = judged(WRONG_KEY, keep_going=True)
    assert calls > 100
    assert failed(found) == {"success.returned"}
    assert Outcome.PASSED in {one.outcome for one in found}


def test_one_known_customer_is_enough_to_test_in_full() -> None:
    found, calls = judged(replace(RIGHT, customers=(UNKNOWN_CUSTOMER, *RIGHT.customers)))
    assert calls > 100
    assert failed(found) == {"success.returned"}
    assert {one.outcome for one in found if one.requirement.id == "rejects.combined"} == {
        Outcome.PASSED
    }


def test_one_format_that_works_is_tested_in_full() -> None:
    reference = Responding(lambda request, right: error("no") if "json" in request.path else right)
    found, _ = judged(RIGHT, reference)
    xml = {one.outcome for one in found if one.format == "xml"}
    assert xml == {Outcome.PASSED}
    assert "success.returned" in failed(found)


def test_violations_in_the_few_responses_are_still_found() -> None:
    reference = Responding(lambda _, right: replace(right, body=right.body + b"<!-- -->x"))
    found, calls = judged(WRONG_KEY, reference)
    assert calls <= MOST_CALLS
    assert failed(found) == {"success.returned", "readable.syntax"}


# --- What is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [WRONG_KEY, WRONG_API_USER], ids=["key", "api_user"])
def test_wrong_credentials_are_named(target: Target) -> None:
    assert "the credentials may be wrong" in hint(default_reference(), target)


def test_an_unknown_customer_is_named() -> None:
    said = hint(default_reference(), replace(RIGHT, customers=(UNKNOWN_CUSTOMER,)))
    assert "the customer may not be registered under this api_user" in said


def test_an_echo_of_what_was_sent_does_not_make_responses_differ() -> None:
    def response(request: Request, _: Response) -> Response:
        user = dict(part.split("=") for part in request.query.decode().split("&") if part)
        return error(f"{user.get('user', '').replace('%40', '@')} is refused", 401)

    assert "the credentials may be wrong" in hint(Responding(response), RIGHT)


def test_texts_that_change_each_time_are_not_compared() -> None:
    numbers = iter(range(100))
    reference = Responding(lambda *_: error(f"refused, request {next(numbers)}", 400))
    assert "every call gets the same response" in hint(reference, RIGHT)


@pytest.mark.parametrize("body", [b"<html>Not Found</html>", error("not found").body])
def test_a_404_for_everything_blames_the_base_url(body: bytes) -> None:
    reference = Responding(lambda *_: Response(404, "application/json", body))
    assert "every call gets a 404: is the base URL" in hint(reference, RIGHT)


@pytest.mark.parametrize("status", [302, 500, 503, 429])
def test_a_target_that_fails_tells_nothing_of_the_parameters(status: int) -> None:
    reference = Responding(lambda *_: Response(status, "text/html", b"<html></html>"))
    found, calls = judged(RIGHT, reference)
    assert hint(reference, RIGHT) == ""
    assert calls <= MOST_CALLS
    assert "success.returned" in failed(found)


# --- The command ----------------------------------------------------------------------------------


def run(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(), "RESELLER_API_USER": "me", "RESELLER_API_KEY": "xK-77-zz"}
    args = ["run", "--base-url", url, "--user", "a@example.com", *words]
    code = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=env,
    )


def test_a_run_with_wrong_credentials_ends_with_the_finding_first() -> None:
    refusal = http(error("wrong credentials").body, 401)
    with serving(lambda _: [refusal]) as server:
        done = run(server.url, "--formats", "json", "--rate", "10/s")
    assert done.returncode == 1
    assert len(server.received) <= MOST_CALLS
    assert "\n\n✗ violated: 1 MUST" in done.stdout
    assert "it says 'wrong credentials': a wrong key gets the same response" in _joined(done.stdout)


def _joined(text: str) -> str:
    return " ".join(text.split())


def test_an_ini_file_can_ask_to_keep_going(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nreseller_keep_going = true")
    pytester.makepyfile(
        """
        def test_keep_going(pytestconfig):
            from reseller_conformance.pytest_support.session_settings import settings_of
            assert settings_of(pytestconfig).keep_going
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
