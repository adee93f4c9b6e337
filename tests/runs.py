"""Runs to be reported: a plain one, a hostile one, and arbitrary ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from reseller_conformance.client.traffic import Latency, Traffic
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import BaselineStatus, SuiteInfo, TargetInfo
from reseller_conformance.requirements import CATALOGUE, Level, by_id

__all__ = [
    "HOSTILE",
    "HOSTILE_TEXT",
    "MIXED",
    "SUITE",
    "TARGET",
    "TRAFFIC",
    "any_run",
    "finding",
]

SUITE = SuiteInfo(
    version="0.1.0",
    depth="quick",
    level="must",
    formats=("json", "xml"),
    partial=False,
    seed=1,
    started="2010-08-30T12:00:00+00:00",
)
TRAFFIC = Traffic(3, 0, 0.5, 999, Latency(0.001, 0.002, 0.003, None), timeline=None)
TARGET = TargetInfo("live", "https://staging.example.com", ("a@example.com",))


def finding(requirement: str = "success.dates", format: str = "json", **more: object) -> Finding:
    """Return a finding with defaults for everything that is not given."""
    known: dict[str, Any] = {
        "where": "billing_end_date",
        "expected": "a date",
        "got": "2010-02-30",
        "case": "json, all parameters valid",
        "curl": "curl https://staging.example.com/apiv2/reseller.account.json",
        "status": 200,
        "excerpt": "{}",
    }
    return Finding(requirement, format, **{**known, **more})


MIXED = Run(
    results=(
        Result(by_id("success.dates"), "json", Outcome.FAILED, "2010-02-30", (finding(),)),
        Result(by_id("success.dates"), "xml", Outcome.PASSED),
        Result(
            by_id("values.balance"),
            "json",
            Outcome.FAILED,
            "credits_remain=1",
            (finding("values.balance", where="credits_remain", got="credits_remain=1", times=7),),
        ),
        Result(by_id("values.balance"), "xml", Outcome.NOT_TESTED, "no overview"),
        Result(by_id("request.post"), "json", Outcome.PASSED, "yes: HTTP 200", observed=True),
        Result(by_id("consistency.formats"), "both", Outcome.NOT_APPLICABLE, "one format alone"),
        Result(by_id("http.body"), "json", Outcome.ERROR, "RuntimeError: a bug"),
    ),
    suite=SUITE,
    target=TARGET,
    traffic=TRAFFIC,
)
"""A run with each outcome once."""

HOSTILE_TEXT = (
    "\n::error title=spoof::pwned\n```\n</pre></details><script>alert(1)</script><img src=x>"
    "|a|\x1b[2J\x00\ufffe\uffff\ud800 @octocat #1 GH-1 www.evil.example https://evil.example "
    "[link](https://evil.example) ![x](y) `code` *b* _i_ ~~s~~ ]]> &amp; %0A::warning::x\u202e\n\n"
    "# heading\r\n- item\n"
)
"""Text that a server could write to affect a reader of a report."""

HOSTILE = Run(
    results=tuple(
        Result(
            by_id(id),
            format,
            outcome,
            HOSTILE_TEXT,
            (
                finding(
                    id,
                    format,
                    where=HOSTILE_TEXT,
                    expected=HOSTILE_TEXT,
                    got=HOSTILE_TEXT,
                    hint=HOSTILE_TEXT,
                    case=HOSTILE_TEXT,
                    curl=HOSTILE_TEXT,
                    excerpt=HOSTILE_TEXT,
                ),
            )
            * (outcome is Outcome.FAILED),
            known,
        )
        for id, format, outcome, known in (
            ("success.dates", "json", Outcome.FAILED, ""),
            ("success.dates", "xml", Outcome.FAILED, HOSTILE_TEXT),
            ("values.balance", "xml", Outcome.FAILED, ""),
            ("http.body", "json", Outcome.ERROR, ""),
            ("http.status", "json", Outcome.NOT_TESTED, ""),
        )
    ),
    suite=SUITE,
    target=TargetInfo("live", HOSTILE_TEXT, (HOSTILE_TEXT,) * 9, HOSTILE_TEXT),
    traffic=TRAFFIC,
    baseline=BaselineStatus(HOSTILE_TEXT, problems=(HOSTILE_TEXT,), changes=(HOSTILE_TEXT,)),
)
"""A run in which every text is hostile."""

_formats = st.sampled_from(["json", "xml", "both"])
_text = st.text(st.characters(), max_size=40)
TARGETS = tuple(replace(TARGET, name=name) for name in ("http://a", HOSTILE_TEXT))
any_run = st.builds(
    Run,
    results=st.lists(
        st.builds(
            Result,
            requirement=st.sampled_from(CATALOGUE),
            format=_formats,
            outcome=st.sampled_from(Outcome),
            reason=_text,
            known=st.just("") | _text,
            target=st.sampled_from(["", *(target.name for target in TARGETS)]),
            findings=st.lists(
                st.builds(
                    Finding,
                    requirement=st.sampled_from(CATALOGUE).map(str),
                    format=_formats,
                    where=_text,
                    expected=_text,
                    got=_text,
                    hint=_text,
                    excerpt=_text,
                    times=st.integers(1, 10**6),
                    status=st.none() | st.integers(100, 599),
                ),
                max_size=2,
            ).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    level=st.sampled_from([Level.MUST, Level.SHOULD]),
    suite=st.sampled_from([SuiteInfo(), SUITE]),
    target=st.sampled_from([TargetInfo(), TARGET])
    | _text.map(lambda text: replace(TARGET, base_url=text)),
    traffic=st.none() | st.just(TRAFFIC),
    complete=st.booleans(),
    targets=st.sampled_from([(), TARGETS]),
    baseline=st.none()
    | st.builds(
        BaselineStatus,
        file=_text,
        problems=st.lists(_text).map(tuple),
        changes=st.lists(_text).map(tuple),
    ),
)
"""An arbitrary run, even one that no suite would make."""
