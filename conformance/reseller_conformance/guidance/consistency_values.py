"""Guidance for the account's data: topics `consistency`, `isolation` and `values`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import Guidance, http_exchange
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

GUIDANCE: dict[Requirement, Guidance] = {
    r.CONSISTENCY_FORMATS: Guidance(
        "Read the account once, and write both formats from the same values. Two queries, two "
        "caches or two ways of rounding will differ.",
        http_exchange('{"requests": "50000", …}')
        + http_exchange(
            "<result><overview><requests>500000</requests>…</overview></result>", call="xml?…"
        ),
    ),
    r.CONSISTENCY_WHITE_SPACE: Guidance(
        "Write the text directly between its tags. A pretty-printer that moves it to a new line "
        "adds line ends and indentation to the name.",
        http_exchange('{"package": "Silver Package", …}')
        + http_exchange(
            "<result><overview><package>\n  Silver Package\n</package>…</overview></result>",
            call="xml?…",
        ),
    ),
    r.ISOLATION_CUSTOMERS: Guidance(
        "Look up the account by the `user` of this call. If the two customers really have the "
        "same ten values, name two customers that differ.",
        http_exchange('{"package": "Silver Package", …}')
        + http_exchange(
            '{"package": "Silver Package", …}', call="json?user=newsletter@shop.example&…"
        ),
    ),
    r.ISOLATION_CONCURRENCY: Guidance(
        "Keep the data of a call in local variables. Do not keep the current customer in a "
        "module, class or singleton. Do not share a connection or a buffer between calls.",
        http_exchange(
            '{"package": "Silver Package", …}', call="json?user=newsletter@shop.example&…"
        ),
    ),
    r.VALUES_REPUTATION: Guidance(
        "Send an integer from 0 to 100. Scale a value that is stored in thousandths, and cap a "
        "value that bonuses raise above 100.",
        http_exchange('{"reputation": 850, …}'),
    ),
    r.VALUES_PACKAGE: Guidance(
        "Send the name under which the package is sold. Choose a name, such as `Free`, for "
        "customers without a package.",
        http_exchange('{"package": "", …}'),
    ),
    r.VALUES_BALANCE: Guidance(
        "Compute both from the same two numbers: `remain = max(allowed - used, 0)` and `overage ="
        " max(used - allowed, 0)`. Stored copies of them become outdated.",
        http_exchange(
            '{"credits_allowed": 50000, "credits_used": 100000, "credits_remain": 50000, …}'
        ),
    ),
    r.VALUES_CYCLE: Guidance(
        "Take the three dates from one cycle: the start, then the end, then the processing day. "
        "Check the end of the year and the time zone.",
        http_exchange('{"billing_start_date": "2010-08-30", "billing_end_date": "2010-07-29", …}'),
    ),
    r.VALUES_EXPECTED: Guidance(
        "Compare the account in the database with `--expect FILE`. A field may be read from the "
        "wrong column, or a date shifted by a time zone. If the account itself has changed, change "
        "the file.",
        http_exchange('{"requests": 100000, "credits_used": 500000, …}'),
    ),
    r.CONSISTENCY_COUNTERS: Guidance(
        "Reading must not change any value, and all servers must read the same account. A value "
        "goes back if a replica lags, or if each process has its own cache.",
        http_exchange('{"credits_used": 100000, …}') + http_exchange('{"credits_used": 99999, …}'),
    ),
}
