"""Whole runs for pages of the report: all green, with findings of each kind, hostile."""

from __future__ import annotations

from dataclasses import fields, replace

from reseller_conformance.client.timeline import Timeline
from reseller_conformance.client.traffic import Bucket, Latency, Traffic
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import BaselineStatus, SuiteInfo, TargetInfo
from reseller_conformance.requirements import CATALOGUE, Level

__all__ = ["GREEN", "HOSTILE", "MARKUP", "ODD", "RED"]

BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, None)


def _traffic(*responses: int) -> Traffic:
    return Traffic(
        calls=sum(responses),
        retries=2,
        seconds=211.3,
        bytes=812_345,
        latency=Latency(0.0213, 0.0771, 1.204, tuple(map(Bucket, BOUNDS, responses))),
        timeline=Timeline(
            step=4.0,
            tries=tuple(40 - (place % 7) for place in range(53)),
            slowest=tuple(0.05 + 0.02 * (place % 5) + (place == 31) * 1.1 for place in range(53)),
        ),
    )


def _all(outcome: Outcome, reason: str = "") -> tuple[Result, ...]:
    return tuple(
        Result(requirement, format, outcome, reason)
        for requirement in CATALOGUE
        for format in requirement.formats or ("both",)
    )


GREEN = Run(
    results=tuple(
        replace(result, reason="yes: HTTP 200 with an overview", observed=True)
        if result.requirement.level is Level.MAY
        else result
        for result in _all(Outcome.PASSED)
    ),
    suite=SuiteInfo(
        version="0.1.0",
        depth="standard",
        level="must",
        formats=("json", "xml"),
        partial=False,
        seed=20100830,
        started="2026-03-09T08:30:00+00:00",
    ),
    target=TargetInfo(
        kind="live",
        base_url="https://staging.example.com/mail",
        customers=("customer@example.com", "second@example.com"),
        foreign_user="someone@elsewhere.example",
    ),
    traffic=_traffic(0, 0, 12, 210, 903, 640, 310, 22, 1),
)

OVERVIEW_JSON = """{
  "reputation": "100",
  "requests": "500,000",
  "package": "Silver Package",
  "credits_allowed": "50000",
  "credits_used": "100000",
  "credits_remain": 0,
  "credits_overage": "50000",
  "billing_start_date": "2010-08-30",
  "billing_end_date": "2010-09-29",
  "billing_process_date": "2010-09-30"
}
"""
OVERVIEW_XML = """<?xml version="1.0" encoding="ISO-8859-1"?>

<result>
   <overview>
      <reputation>100</reputation>
      <requests>500,000</requests>
      <package>Silver Package</package>
      <credits_allowed>50000</credits_allowed>
      <credits_used>100000</credits_used>
      <credits_remain>0</credits_remain>
      <credits_overage>50000</credits_overage>
      <billing_start_date>2010-08-30</billing_start_date>
      <billing_end_date>2010-09-31</billing_end_date>
      <billing_process_date>2010-09-30</billing_process_date>
   </overview>
</result>
"""
ERROR_JSON = '{"message": "error", "errors": ["user is not a customer of this account"]}'


def _curl(format: str, **changed: str) -> str:
    query = {
        "api_user": "your_username",
        "api_key": "",
        "task": "overview",
        "user": "customer@example.com",
        **changed,
    }
    words = [
        '--data-urlencode "api_key=$RESELLER_API_KEY"'
        if name == "api_key"
        else f"--data-raw {name}={value}"
        for name, value in query.items()
    ]
    url = f"https://staging.example.com/mail/apiv2/reseller.account.{format}"
    return f"curl -sS -i -G {url} {' '.join(words)}"


OPEN = (
    "an overview: package=Silver Package, credits_used=100000, billing_start_date=2010-08-30",
    "the documented call gets one response with any credentials",
)


def _marks(excerpt: str, part: str) -> tuple[tuple[int, int], ...]:
    return ((excerpt.index(part), excerpt.index(part) + len(part)),)


FINDINGS = (
    Finding(
        requirement="success.counts",
        format="json",
        where="requests",
        expected="a count: a number, or a string, of digits alone",
        got="the string '500,000'",
        case="json, all parameters valid",
        curl=_curl("json"),
        status=200,
        excerpt=OVERVIEW_JSON,
        marks=_marks(OVERVIEW_JSON, '"requests": "500,000"'),
        times=412,
    ),
    Finding(
        requirement="success.counts",
        format="xml",
        where="result/overview/requests",
        expected="a count: digits alone",
        got="'500,000'",
        case="xml, all parameters valid",
        curl=_curl("xml"),
        status=200,
        excerpt=OVERVIEW_XML,
        marks=_marks(OVERVIEW_XML, "<requests>500,000</requests>"),
        times=398,
    ),
    Finding(
        requirement="success.dates",
        format="xml",
        where="result/overview/billing_end_date",
        expected="a day that exists: YYYY-MM-DD",
        got="'2010-09-31'",
        case="xml, all parameters valid",
        curl=_curl("xml"),
        status=200,
        excerpt=OVERVIEW_XML,
        marks=_marks(OVERVIEW_XML, "<billing_end_date>2010-09-31</billing_end_date>"),
    ),
    Finding(
        requirement="rejects.user-unknown",
        format="json",
        where="user prefix",
        expected="an error envelope",
        got=OPEN[0],
        hint="if a customer is really called so, name it with --user",
        case="json, user prefix",
        curl=_curl("json", user="customer@example.co"),
        status=200,
        excerpt=OVERVIEW_JSON.replace("500,000", "500000"),
        times=3,
    ),
    Finding(
        requirement="http.server-error",
        format="xml",
        where="status",
        expected="an error envelope, no 5xx",
        got="500",
        case='xml, user "O\'Brien"',
        curl=_curl("xml", user="O%27Brien"),
        status=500,
        excerpt="<html>\n<head><title>500 Internal Server Error</title></head>\n</html>\n",
    ),
    Finding(
        requirement="http.error-status",
        format="json",
        where="status",
        expected="4xx with an error envelope",
        got="200",
        case="json, user missing",
        curl=_curl("json"),
        status=200,
        excerpt=ERROR_JSON,
        times=1204,
    ),
    Finding(
        requirement="http.content-type",
        format="json",
        where="Content-Type",
        expected="application/json or text/javascript",
        got="text/html; charset=utf-8",
        case="json, all parameters valid",
        curl=_curl("json"),
        status=200,
        excerpt=OVERVIEW_JSON,
        times=1610,
    ),
)


def _with(result: Result) -> Result:
    found = tuple(
        finding
        for finding in FINDINGS
        if finding.requirement == result.requirement.id and finding.format == result.format
    )
    if found:
        return replace(result, outcome=Outcome.FAILED, reason=found[0].got, findings=found)
    if result.requirement.id == "rejects.user-foreign":
        why = "name a customer of another reseller with --foreign-user"
        return replace(result, outcome=Outcome.NOT_TESTED, reason=why)
    if result.requirement.id == "isolation.customers":
        return replace(result, outcome=Outcome.NOT_TESTED, reason="name two customers with --user")
    return result


RED = replace(
    GREEN,
    results=tuple(map(_with, GREEN.results)),
    target=replace(GREEN.target, customers=("customer@example.com",), foreign_user=None),
)

MARKUP = (
    "</title></style></script></code></pre><script>window.hurt=1;alert(1)</script>"
    "<img src=http://evil.invalid/a onerror='window.hurt=1'><svg onload=window.hurt=1>"
    '"\'><iframe srcdoc="<script>parent.hurt=1</script>"></iframe><base href=//evil.invalid>'
    "<style>*{display:none}@import url(http://evil.invalid/b)</style>{{7*7}}{% raw %}${7*7}"
    "<a href=javascript:window.hurt=1>x</a><details open ontoggle=window.hurt=1>]]>--><!--"
)
ODD = "\x00\x1b[2J\x9b\u202egnp.exe\u202c\u2066\u200b\ufeff\U000e0041\ud83d\x85\u2028\r\x0c\ufffe"
_EVIL = ODD + MARKUP + "🙂" + "Z" * 300


def _hostile(result: Result) -> Result:
    texts = {field.name: _EVIL for field in fields(Finding) if field.type == "str"}
    texts |= {"requirement": result.requirement.id, "format": result.format}
    outcomes = list(Outcome)
    outcome = outcomes[CATALOGUE.index(result.requirement) % len(outcomes)]
    found = (
        Finding(**texts, status=200),
        Finding(**{**texts, "where": "package", "excerpt": f'{{"package": "{_EVIL}"'}, status=None),
    )
    if outcome is not Outcome.FAILED:
        return replace(result, outcome=outcome, reason=_EVIL)
    known = _EVIL if result.format == "xml" else ""
    return replace(result, outcome=outcome, reason=_EVIL, findings=found, known=known)


HOSTILE = replace(
    GREEN,
    results=tuple(map(_hostile, GREEN.results)),
    suite=replace(GREEN.suite, version=_EVIL),
    target=TargetInfo("live", _EVIL, (_EVIL, _EVIL), _EVIL),
    complete=False,
    baseline=BaselineStatus(_EVIL, problems=(_EVIL,), changes=(_EVIL,)),
)
"""Markup, script and special characters in every text from a server or an operator."""
