"""What helps to tell right calls from wrong ones: topics `due` and `request`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import NO, Guidance, answered
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

FAILED = "500 Internal Server Error"
CREDENTIALS = "api_user=…&api_key=…"
DENIED = '{"message": "error", "errors": ["Permission denied."]}'


def let_in(call: str) -> str:
    """Write the answer that shows an account to who should not see it."""
    return answered("{…}", call=call)


GUIDANCE: dict[Requirement, Guidance] = {
    r.ISOLATION_SEQUENCE: Guidance(
        "Check the credentials on each call, before any cache is asked, and make every parameter "
        "a part of the cache's key; send `Cache-Control: no-store`. A refusal must not be kept "
        "for the right call either.",
        let_in("json?…") + let_in("json?api_key=&…"),
    ),
    r.REJECTS_TASK_MISSING: Guidance(
        "Refuse the call where `task` is not sent: no default of `overview`.",
        let_in(f"json?{CREDENTIALS}&user=…"),
    ),
    r.REJECTS_TASK_EMPTY: Guidance(
        "Compare `task` with `overview` even where it is empty: a check that runs only `if task:` "
        "lets the empty text through.",
        let_in("json?task=&…"),
    ),
    r.REJECTS_TASK_OTHER: Guidance(
        "Compare the whole value: `task == 'overview'`. Prefixes, parts, patterns and other tasks "
        "are all wrong.",
        let_in("json?task=stats&…"),
    ),
    r.REJECTS_TASK_SPELLING: Guidance(
        "Compare without changing letter case and without trimming; the page has `overview` alone.",
        let_in("json?task=OVERVIEW&…"),
    ),
    r.REJECTS_USER_MISSING: Guidance(
        "Refuse the call where `user` is not sent: do not fall back on the first customer, or on "
        "the reseller's own account.",
        let_in(f"json?{CREDENTIALS}&task=…"),
    ),
    r.REJECTS_USER_EMPTY: Guidance(
        "Refuse an empty `user` before it reaches the look-up, where an empty text may match the "
        "first row or any.",
        let_in("json?user=&…"),
    ),
    r.REJECTS_USER_UNKNOWN: Guidance(
        "Look the customer up by equality of the whole name, with a bound parameter: no `LIKE`, no "
        "pattern, no text put into SQL, no search for what begins alike, no trimming.",
        let_in("json?user=%25&…"),
    ),
    r.REJECTS_USER_ADDRESS: Guidance(
        "Compare `user` as text. A parser of mail addresses takes `A <a@b>` and `<a@b>` for `a@b`, "
        "and a mail server takes a dot after the domain for nothing.",
        let_in("json?user=A+%3Ccustomer@example.com%3E&…"),
    ),
    r.REJECTS_USER_SIMILAR: Guidance(
        "Nothing, where the names are those of your customers. Where they are nobody's, fix what "
        "`rejects.user-unknown` speaks of.",
        let_in("json?user=customer1@example.com&…"),
    ),
    r.REJECTS_USER_FOREIGN: Guidance(
        "Look the customer up among those of the reseller who asks: "
        "`WHERE reseller = ? AND name = ?`. To have found somebody is not enough.",
        let_in("json?user=stranger@elsewhere.example&…"),
    ),
    r.REJECTS_API_USER_MISSING: Guidance(
        "Refuse the call where `api_user` is not sent: a key alone, a cookie or an address does "
        "not say who asks.",
        let_in("json?api_key=…&task=…&user=…"),
    ),
    r.REJECTS_API_USER_EMPTY: Guidance(
        "Refuse an empty `api_user`: do not look for the reseller by the key alone.",
        let_in("json?api_user=&…"),
    ),
    r.REJECTS_API_USER_WRONG: Guidance(
        "Find the reseller by the whole `api_user`, and then compare that reseller's key: a key "
        "that fits somebody else is wrong.",
        let_in("json?api_user=harbour-mai&…"),
    ),
    r.REJECTS_API_KEY_MISSING: Guidance(
        "Refuse the call where `api_key` is not sent; a missing value must not compare equal to a "
        "key that is not set.",
        let_in("json?api_user=…&task=…&user=…"),
    ),
    r.REJECTS_API_KEY_EMPTY: Guidance(
        "Compare the key even where it is empty: a check that runs only `if api_key:` lets "
        "anybody in, and so does a prefix of length 0.",
        let_in("json?api_key=&…"),
    ),
    r.REJECTS_API_KEY_WRONG: Guidance(
        "Compare the whole key, byte for byte, with letter case, and in constant time "
        "(`hmac.compare_digest`). A database's comparison may ignore case and spaces at the end.",
        let_in("json?api_key=Demo-Key-000&…"),
    ),
    r.REJECTS_COMBINED: Guidance(
        "Let each check refuse by itself, whatever the others find: two errors must not meet in a "
        "branch that answers, and an exception in one check must not skip the next.",
        let_in("json?api_user=…&task=…"),
    ),
    r.REQUEST_ORDER: Guidance(
        "Read the parameters by name with the framework's query parser, never by their place.",
        answered(DENIED, call="json?user=…&api_user=…&api_key=…&task=…", status="403 Forbidden"),
    ),
    r.REQUEST_ENCODING: Guidance(
        "Decode names and values exactly once, by the framework: a comparison with the raw query, "
        "or a gateway's rule on it, takes `%6F` for something other than `o`.",
        answered(DENIED, call="json?task=%6F%76%65%72%76%69%65%77&…", status="403 Forbidden"),
    ),
    r.REQUEST_SPECIAL_TEXT: Guidance(
        "Take any text as a value, and let libraries escape it: bound parameters for SQL, a "
        "serializer for JSON and XML, UTF-8 from the query to the answer.",
        answered("Syntax error near 'brien'", call="json?user=o%27brien&…", status=FAILED),
    ),
    r.REQUEST_UNDOCUMENTED: Guidance(
        "Ignore parameters that the page does not name; take none of them for a documented one, "
        "nor for a wish to have the answer wrapped or cut.",
        answered("done({…})", call="json?callback=done&…"),
    ),
    r.REQUEST_REPEATED: Guidance(
        "Take the first or the last of them, or refuse with the error envelope; what must not "
        "happen is that a list stands where a text is expected.",
        answered("TypeError", call="json?user=customer@example.com&…&user=…", status=FAILED),
    ),
    r.REQUEST_ARRAY: Guidance(
        "Check that each parameter is a single text before it is used: PHP, Rails and Node's `qs` "
        "make a list of `user[]=a`, and a map of `user[x]=a`.",
        answered("TypeError", call=f"json?{CREDENTIALS}&task=…&user[]=…", status=FAILED),
    ),
    r.REQUEST_POST: Guidance(
        "Nothing to fix. If POST is accepted, read the same parameters from the form body; if not, "
        "405 with the error envelope says so.",
        answered('{"message": "error", "errors": ["Use GET."]}', status=NO, method="POST"),
    ),
}
