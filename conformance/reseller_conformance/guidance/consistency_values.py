"""What helps to tell the right account, and to tell it right: topics `agreement` and `values`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import Guidance, answered
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

GUIDANCE: dict[Requirement, Guidance] = {
    r.CONSISTENCY_FORMATS: Guidance(
        "Read the account once, and write both formats from the same values: two queries, two "
        "caches or two roundings drift apart.",
        answered('{"requests": "50000", …}')
        + answered(
            "<result><overview><requests>500000</requests>…</overview></result>", call="xml?…"
        ),
    ),
    r.CONSISTENCY_WHITE_SPACE: Guidance(
        "Write the text directly between its tags. A pretty-printer that puts it on a line of its "
        "own adds the line ends and the indentation to the name.",
        answered('{"package": "Silver Package", …}')
        + answered(
            "<result><overview><package>\n  Silver Package\n</package>…</overview></result>",
            call="xml?…",
        ),
    ),
    r.ISOLATION_CUSTOMERS: Guidance(
        "Look the account up by the `user` of this call. If the two customers really are alike in "
        "all ten fields, name two that differ.",
        answered('{"package": "Silver Package", …}')
        + answered('{"package": "Silver Package", …}', call="json?user=newsletter@shop.example&…"),
    ),
    r.ISOLATION_CONCURRENCY: Guidance(
        "Keep what belongs to a call in local variables: no module, class or singleton attribute "
        "for the current customer, no connection or buffer used by two calls at once.",
        answered('{"package": "Silver Package", …}', call="json?user=newsletter@shop.example&…"),
    ),
    r.VALUES_REPUTATION: Guidance(
        "Send a whole number from 0 to 100; scale what is kept in thousandths, and cap what "
        "bonuses raise beyond.",
        answered('{"reputation": 850, …}'),
    ),
    r.VALUES_PACKAGE: Guidance(
        "Send the name under which the package is sold; a customer without one needs a name for "
        "that, such as `Free`.",
        answered('{"package": "", …}'),
    ),
    r.VALUES_BALANCE: Guidance(
        "Compute both from the same two numbers: `remain = max(allowed - used, 0)` and `overage = "
        "max(used - allowed, 0)`. Columns that are kept beside them go stale.",
        answered('{"credits_allowed": 50000, "credits_used": 100000, "credits_remain": 50000, …}'),
    ),
    r.VALUES_CYCLE: Guidance(
        "Take the three dates from one cycle: start, then end, then the day on which it is "
        "processed; watch the end of the year and the time zone.",
        answered('{"billing_start_date": "2010-08-30", "billing_end_date": "2010-07-29", …}'),
    ),
    r.CONSISTENCY_COUNTERS: Guidance(
        "Let reading change nothing, and let every server read the same totals: a replica that "
        "lags, or a cache of its own in each process, makes a count go back.",
        answered('{"credits_used": 100000, …}') + answered('{"credits_used": 99999, …}'),
    ),
}
