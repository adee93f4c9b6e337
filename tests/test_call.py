"""One call with its retries, with no network and no clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reseller_conformance.client import call
from reseller_conformance.client.call import send_with_retries
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.exchange import Retry

NOW = 100.0


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call.time, "monotonic", lambda: NOW)


def attempts(
    *statuses: int | None,
) -> tuple[Callable[[int, float], RawResponse | None], list[tuple[int, float]]]:
    """Return a function that returns these statuses in turn, and a list of its arguments."""
    given: list[tuple[int, float]] = []

    def attempt(tries: int, due: float) -> RawResponse | None:
        status = statuses[len(given)]
        given.append((tries, due))
        return None if status is None else RawResponse(0.0, 0.0, status=status)

    return attempt, given


def sent(
    *statuses: int | None, max_retries: int = 2
) -> tuple[list[int | None], list[Retry], list[tuple[int, float]]]:
    attempt, given = attempts(*statuses)

    def may_retry(raw: RawResponse, tries: int) -> bool:
        return raw.status == 503 and tries <= max_retries

    responses, retries = send_with_retries(attempt, may_retry)
    return [raw.status for raw in responses], retries, given


def test_a_response_is_not_retried() -> None:
    assert sent(200) == ([200], [], [(0, 0.0)])


def test_each_retry_is_due_after_its_wait() -> None:
    statuses, retries, given = sent(503, 503, 200)
    assert statuses == [503, 503, 200]
    assert retries == [Retry("status 503", 0.25), Retry("status 503", 1.0)]
    assert given == [(0, 0.0), (1, NOW + 0.25), (2, NOW + 1.0)]


@pytest.mark.parametrize("max_retries", [0, 1, 2])
def test_the_last_response_remains_where_no_retry_is_left(max_retries: int) -> None:
    statuses, retries, _ = sent(503, 503, 503, 503, max_retries=max_retries)
    assert statuses == [503] * (max_retries + 1)
    assert len(retries) == max_retries


def test_without_a_request_there_is_no_response() -> None:
    assert sent(None) == ([], [], [(0, 0.0)])


def test_a_retry_that_could_not_be_made_is_not_counted() -> None:
    statuses, retries, _ = sent(503, 503, None)
    assert statuses == [503, 503]
    assert retries == [Retry("status 503", 0.25)]
