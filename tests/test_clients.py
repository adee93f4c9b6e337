"""Responses that depend on the client are found. The finding names the header field."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from judging import Direct, settings, target_of
from reseller_conformance import requirements as r
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.profiles import VERSION, Profile, profiles
from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request, Response, default_reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import CATALOGUE, Requirement
from reseller_conformance.suite.clients import ClientsConformance
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.target_session import TargetSession
from reseller_conformance.util.endings import ENDINGS

TOPIC = [known for known in CATALOGUE if known.topic == "clients"]
PAGE = Response(403, "text/html", b"<html>no</html>")

When = Callable[[Request], bool]


def refusing(when: When, refusal: Response = PAGE) -> Reference:
    class Refusing(Reference):
        def respond(self, request: Request) -> Response:
            return refusal if when(request) else super().respond(request)

    return Refusing(default_reference().accounts)


def has(field: str, part: str) -> When:
    return lambda request: part in (request.header(field) or "")


def session_of(reference: Reference, depth: str = "quick", **more: Any) -> TargetSession:
    target = replace_target(target_of(reference, EMBEDDED_URL), **more)
    return TargetSession(target, settings(depth), Direct(reference, target))


def replace_target(target, headers=()):
    from reseller_conformance.client.target import Target

    return Target(
        target.base_url, target.api_user, target.api_key, target.customers, headers=headers
    )


def said_of(requirement: Requirement, session: TargetSession) -> dict[str, Any]:
    """Judge one requirement in JSON, and return its record."""
    said: dict[str, str] = {}
    name = "test_" + requirement.id.replace(".", "_").replace("-", "_")
    evaluation = Evaluation(requirement, Format.JSON, session, said.__setitem__)
    with suppress(*ENDINGS):
        getattr(ClientsConformance(), name)(evaluation)
    return {**said, "findings": json.loads(said.get("findings", "[]"))}


def failed(session: TargetSession) -> dict[str, list[dict[str, Any]]]:
    found = {known.id: said_of(known, session) for known in TOPIC}
    return {id: said["findings"] for id, said in found.items() if said["outcome"] == "failed"}


# --- The finding ---------------------------------------------------------------------------------


def test_the_finding_names_the_field_and_its_curl_line_carries_it() -> None:
    found = failed(session_of(refusing(has("User-Agent", "curl"))))
    assert set(found) == {"clients.user-agent"}
    [finding] = found["clients.user-agent"]
    assert finding["where"] == "User-Agent"
    assert finding["case"] == "json, with User-Agent: curl/7.88.1"
    assert finding["hint"] == "clients with another response because of it: curl"
    assert "-A curl/7.88.1" in finding["curl"]
    assert "-H 'Accept: */*'" in finding["curl"]


def test_the_finding_names_all_clients_that_are_refused_for_their_user_agent() -> None:
    reference = refusing(lambda request: has("User-Agent", "/")(request) and is_library(request))
    [finding] = failed(session_of(reference))["clients.user-agent"]
    refused = {name for name, profile in profiles().items() if "/" in agent_of(profile)}
    assert finding["hint"].rpartition(": ")[2].split(", ") == sorted(refused - {"firefox"})


def is_library(request: Request) -> bool:
    return not (request.header("User-Agent") or "").startswith(("Mozilla", "reseller"))


def agent_of(profile: Profile) -> str:
    return profile.field("User-Agent") or ""


def test_fields_that_make_the_difference_together_are_named_together() -> None:
    def neither(request: Request) -> bool:
        return request.header("User-Agent") is None and request.header("Accept") is None

    found = failed(session_of(refusing(neither)))
    assert set(found) == {"clients.no-user-agent"}
    assert {one["where"] for one in found["clients.no-user-agent"]} == {"User-Agent and Accept"}


def test_two_fields_that_each_make_a_difference_are_two_findings() -> None:
    def either(request: Request) -> bool:
        return request.header("User-Agent") is None or request.version == "1.0"

    found = failed(session_of(refusing(either)))
    assert set(found) == {"clients.no-user-agent", "clients.http-version"}
    assert found["clients.http-version"][0]["where"] == VERSION
    assert "--http1.0" in found["clients.http-version"][0]["curl"]


def test_what_does_not_fail_again_is_no_difference_between_clients() -> None:
    failures = iter([True] * 2)
    reference = refusing(
        lambda request: has("User-Agent", "Wget")(request) and next(failures, False)
    )
    assert failed(session_of(reference)) == {}


def test_nothing_is_compared_after_which_the_valid_call_fails_too() -> None:
    class Locking(Reference):
        locked = False

        def respond(self, request: Request) -> Response:
            self.locked = self.locked or has("User-Agent", "Wget")(request)
            return PAGE if self.locked else super().respond(request)

    session = session_of(Locking(default_reference().accounts))
    assert failed(session) == {}


def test_a_field_that_the_operator_gives_is_not_tested_of_the_clients() -> None:
    reference = refusing(has("User-Agent", "curl"))
    session = session_of(reference, headers=(("User-Agent", "shop/1"),))
    assert said_of(r.CLIENTS_USER_AGENT, session)["outcome"] == "not-tested"


@pytest.mark.parametrize("requirement", TOPIC, ids=str)
def test_the_reference_meets_each_requirement(requirement: Requirement) -> None:
    assert said_of(requirement, SESSION)["outcome"] == "passed"


SESSION = session_of(default_reference())

# --- Cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_run_makes_at_most_ninety_calls_for_this(depth: str) -> None:
    plan = Plan(Depth(depth), 2)
    cases = [
        case
        for format in Format
        for made in (plan.clients, plan.head, plan.cookies)
        for case in made(format)
    ]
    cases += [case for format in Format for case in plan.charsets(format, 1)]
    assert len(cases) == len(set(cases)) <= (90 if depth == "standard" else 60)


def test_every_profile_is_sent_validly_and_with_an_error_in_a_standard_run() -> None:
    plan = Plan(Depth.STANDARD, 2)
    cases = [case for format in Format for case in plan.clients(format)]
    for profile in profiles().values():
        of = [case.invalid for case in cases if case.profile == profile]
        assert of.count(()) == len(Format)
        assert of.count(("user",)) + of.count(("api_key",)) == len(of) - len(Format) == 1
