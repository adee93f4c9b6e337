"""Guidance for valid and invalid calls: topics `rejects`, `isolation` and `request`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import BAD_REQUEST, Guidance, http_exchange
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

SERVER_ERROR = "500 Internal Server Error"
CREDENTIALS = "api_user=…&api_key=…"
DENIED = '{"message": "error", "errors": ["Permission denied."]}'


def overview_for(call: str) -> str:
    """Return an exchange in which an invalid call gets an overview."""
    return http_exchange("{…}", call=call)


GUIDANCE: dict[Requirement, Guidance] = {
    r.ISOLATION_SEQUENCE: Guidance(
        "Check the credentials on each call, before any cache lookup. Make every parameter part "
        "of the cache key, and send `Cache-Control: no-store`. Do not cache a refusal for the "
        "valid call either.",
        overview_for("json?…") + overview_for("json?api_key=&…"),
    ),
    r.REJECTS_TASK_MISSING: Guidance(
        "Refuse the call if `task` is missing. Do not use `overview` as a default.",
        overview_for(f"json?{CREDENTIALS}&user=…"),
    ),
    r.REJECTS_TASK_EMPTY: Guidance(
        "Compare `task` with `overview` even if it is empty. A check that runs only `if task:` "
        "accepts an empty text.",
        overview_for("json?task=&…"),
    ),
    r.REJECTS_TASK_OTHER: Guidance(
        "Compare the whole value: `task == 'overview'`. Prefixes, parts, patterns and other tasks"
        " are all invalid.",
        overview_for("json?task=stats&…"),
    ),
    r.REJECTS_TASK_SPELLING: Guidance(
        "Compare without changing letter case and without trimming. The API docs have only "
        "`overview`.",
        overview_for("json?task=OVERVIEW&…"),
    ),
    r.REJECTS_USER_MISSING: Guidance(
        "Refuse the call if `user` is missing. Do not default to the first customer, or to the "
        "reseller's own account.",
        overview_for(f"json?{CREDENTIALS}&task=…"),
    ),
    r.REJECTS_USER_EMPTY: Guidance(
        "Refuse an empty `user` before the lookup. In a lookup, an empty text may match the first"
        " row or any row.",
        overview_for("json?user=&…"),
    ),
    r.REJECTS_USER_UNKNOWN: Guidance(
        "Look up the customer by equality of the whole name, with a bound parameter. Do not use "
        "`LIKE`, patterns, prefixes or trimming, and do not put text into SQL.",
        overview_for("json?user=%25&…"),
    ),
    r.REJECTS_USER_ADDRESS: Guidance(
        "Compare `user` as text. A mail address parser reads `A <a@b>` and `<a@b>` as `a@b`. A "
        "mail server ignores a dot after the domain.",
        overview_for("json?user=A+%3Ccustomer@example.com%3E&…"),
    ),
    r.REJECTS_USER_SIMILAR: Guidance(
        "There is nothing to fix if the name belongs to another customer. If it belongs to no "
        "customer, see `rejects.user-unknown`.",
        overview_for("json?user=customer1@example.com&…"),
    ),
    r.REJECTS_USER_FOREIGN: Guidance(
        "Look up the customer among the customers of the calling reseller: `WHERE reseller = ? "
        "AND name = ?`. A match at another reseller is not enough.",
        overview_for("json?user=stranger@elsewhere.example&…"),
    ),
    r.REJECTS_API_USER_MISSING: Guidance(
        "Refuse the call if `api_user` is missing. A key, a cookie or an address alone does not "
        "identify the caller.",
        overview_for("json?api_key=…&task=…&user=…"),
    ),
    r.REJECTS_API_USER_EMPTY: Guidance(
        "Refuse an empty `api_user`. Do not look up the reseller by the key alone.",
        overview_for("json?api_user=&…"),
    ),
    r.REJECTS_API_USER_WRONG: Guidance(
        "Find the reseller by the whole `api_user`, and then compare that reseller's key. Another"
        " reseller's key is invalid.",
        overview_for("json?api_user=harbour-mai&…"),
    ),
    r.REJECTS_API_KEY_MISSING: Guidance(
        "Refuse the call if `api_key` is missing. A missing value must not compare equal to a key"
        " that is not set.",
        overview_for("json?api_user=…&task=…&user=…"),
    ),
    r.REJECTS_API_KEY_EMPTY: Guidance(
        "Compare the key even if it is empty. A check that runs only `if api_key:` accepts every "
        "caller, and so does the comparison of an empty prefix.",
        overview_for("json?api_key=&…"),
    ),
    r.REJECTS_API_KEY_WRONG: Guidance(
        "Compare the whole key, byte by byte, with letter case and in constant time "
        "(`hmac.compare_digest`). A database comparison may ignore case and trailing spaces.",
        overview_for("json?api_key=Demo-Key-000&…"),
    ),
    r.REJECTS_API_KEY_SPELLING: Guidance(
        "Compare the key as it is sent, without trimming it and without a collation. Many "
        "databases ignore trailing spaces and accents when they compare.",
        overview_for("json?api_key=%20Demo-Key-0001&…"),
    ),
    r.REJECTS_COMBINED: Guidance(
        "Let each check refuse independently of the others. Two errors must not lead to a branch "
        "that returns an overview. An exception in one check must not skip the next.",
        overview_for("json?api_user=…&task=…"),
    ),
    r.REQUEST_ORDER: Guidance(
        "Read the parameters by name with the framework's query parser. Do not read them by "
        "position.",
        http_exchange(
            DENIED, call="json?user=…&api_user=…&api_key=…&task=…", status="403 Forbidden"
        ),
    ),
    r.REQUEST_ENCODING: Guidance(
        "Let the framework decode names and values, exactly once. A comparison with the raw "
        "query, or a gateway's rule on it, treats `%6F` and `o` as different.",
        http_exchange(DENIED, call="json?task=%6F%76%65%72%76%69%65%77&…", status="403 Forbidden"),
    ),
    r.REQUEST_SPECIAL_TEXT: Guidance(
        "Accept any text as a value, and let libraries escape it. Use bound parameters for SQL, "
        "serializers for JSON and XML, and UTF-8 from the query to the response.",
        http_exchange("Syntax error near '", call="json?user=%27&…", status=SERVER_ERROR),
    ),
    r.REQUEST_ATTACK_TEXT: Guidance(
        "Exempt the call from the firewall's rules on parameters, or let the firewall respond with "
        "the error envelope. For a test, exempt the address of the suite.",
        http_exchange(
            "<html><body>Request blocked</body></html>",
            call="json?user=%27%20OR%20%271%27%3D%271&…",
            status="403 Forbidden",
        ),
    ),
    r.REQUEST_UNDOCUMENTED: Guidance(
        "Ignore parameters that are not in the API docs. Do not treat them as documented ones, or"
        " as an option to wrap or shorten the response.",
        http_exchange("done({…})", call="json?callback=done&…"),
    ),
    r.REQUEST_REPEATED: Guidance(
        "Use the first or the last value, or refuse with the error envelope. Never pass a list to"
        " code that expects a text.",
        http_exchange(
            "TypeError", call="json?user=customer@example.com&…&user=…", status=SERVER_ERROR
        ),
    ),
    r.REQUEST_ARRAY: Guidance(
        "Check that each parameter is a single text before you use it. PHP, Rails and Node's `qs`"
        " read `user[]=a` as a list, and `user[x]=a` as a map.",
        http_exchange("TypeError", call=f"json?{CREDENTIALS}&task=…&user[]=…", status=SERVER_ERROR),
    ),
    r.REQUEST_SEPARATORS: Guidance(
        "Skip empty parts when you split the query at `&`. The query parser of every framework "
        "does so.",
        http_exchange(
            '{"message": "error", "errors": ["Invalid query."]}',
            call=f"json?&{CREDENTIALS}&task=…&user=…&&",
            status=BAD_REQUEST,
        ),
    ),
    r.REQUEST_MALFORMED: Guidance(
        "Refuse a query that does not decode with a 4xx status and a body. Catch the error of the "
        "decoder before the framework turns it into a 500.",
        http_exchange(
            "UnicodeDecodeError", call=f"json?{CREDENTIALS}&task=…&user=%ff", status=SERVER_ERROR
        ),
    ),
    r.REQUEST_NO_INJECTION: Guidance(
        "Do not copy a value from the request into a header. If you must, refuse values with "
        "control characters, and set the header by the framework, which does so too.",
        http_exchange(
            '{"message": "error", "errors": ["Invalid query."]}',
            call=f"json?{CREDENTIALS}&task=…&user=x%0D%0AX-Injected:%201",
            status=BAD_REQUEST,
            header="X-Injected: 1",
        ),
    ),
    r.REQUEST_POST: Guidance(
        "There is nothing to fix. If you accept POST, read the same parameters from the form "
        "body. If not, respond with 405 and the error envelope.",
        http_exchange(
            '{"message": "error", "errors": ["Use GET."]}', status=BAD_REQUEST, method="POST"
        ),
    ),
}
