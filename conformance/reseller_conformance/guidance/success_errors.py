"""Guidance for the two envelopes: topics `success` and `errors`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import BAD_REQUEST, Guidance, http_exchange
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

INVALID_CALL = "json?task=&…"
"""A call that must get an error."""

CALL_WITHOUT_TASK = "json?api_user=…&api_key=…&user=…"

TASK_ERROR = '"errors": ["task must be overview."]'

NINE_FIELDS = """{
  "reputation": "100",
  "requests": "500000",
  "package": "Silver Package",
  "credits_allowed": "50000",
  "credits_used": "100000",
  "credits_overage": "50000",
  "billing_start_date": "2010-08-30",
  "billing_end_date": "2010-09-29",
  "billing_process_date": "2010-09-30"
}"""

GUIDANCE: dict[Requirement, Guidance] = {
    r.SUCCESS_RETURNED: Guidance(
        "Repeat the call with the finding's curl line. If it returns an error, check "
        "`RESELLER_API_USER`, the key and `--user`. If it returns a web page or 404, check that "
        "`/apiv2/` is directly below `--base-url`.",
        http_exchange(
            '{"message": "error", "errors": ["Permission denied."]}', status="403 Forbidden"
        ),
    ),
    r.SUCCESS_SHAPE: Guidance(
        "In JSON, make the ten fields members of the outermost object. In XML, make them children"
        " of `overview` in `result`, each with text only. Remove wrappers such as `data`.",
        http_exchange('{"overview": {…}}'),
    ),
    r.SUCCESS_FIELDS: Guidance(
        "Send all ten fields, spelled as in the API docs, each with a value. Send 0 if there is "
        "nothing to count. A serializer that omits zero or null omits fields.",
        http_exchange(NINE_FIELDS),
    ),
    r.SUCCESS_NO_DUPLICATES: Guidance(
        "Write each field in one place only. Common causes are joined rows, and lists of pairs "
        "that are written as an object.",
        http_exchange('{"package": "Silver Package", "package": "Silver", …}'),
    ),
    r.SUCCESS_COUNTS: Guidance(
        "Write digits only: no sign, leading zero, separator, unit, fraction or exponent. In "
        "JSON, use an integer or a string of digits. Keep all digits beyond 64 bits.",
        http_exchange('{"credits_used": "100,000", …}'),
    ),
    r.SUCCESS_DATES: Guidance(
        "Write only the day, as `YYYY-MM-DD`, without time or zone. Compute the end of a cycle "
        "with a calendar. One month after the 31st may be a day that does not exist.",
        http_exchange('{"billing_end_date": "2010-02-30", …}'),
    ),
    r.SUCCESS_PACKAGE: Guidance(
        "Send the package's name as a string, even if it looks like a number, and never null. "
        "Choose a name for customers without a package.",
        http_exchange('{"package": 7, …}'),
    ),
    r.SUCCESS_NO_ERROR_MEMBERS: Guidance(
        "Remove `message` and `errors` from an overview, even if they are empty. A client that "
        "finds them treats the response as an error.",
        http_exchange('{"message": "success", …}'),
    ),
    r.SUCCESS_NO_EXTRAS: Guidance(
        "Send only the ten fields: no other member, element or attribute. Put other data into "
        "another call.",
        http_exchange('{"currency": "USD", …}'),
    ),
    r.ERRORS_SHAPE: Guidance(
        "In JSON, make `message` and `errors` members of the outermost object. In XML, make them "
        "children of `result`, with each text in an `error` element in `errors`.",
        http_exchange(
            f'{{"result": {{"message": "error", {TASK_ERROR}}}}}',
            call=INVALID_CALL,
            status=BAD_REQUEST,
        ),
    ),
    r.ERRORS_MESSAGE: Guidance(
        "Send the word `error`, in lower case, as `message`. Describe the problem in `errors`.",
        http_exchange(
            f'{{"message": "Bad request", {TASK_ERROR}}}', call=INVALID_CALL, status=BAD_REQUEST
        ),
    ),
    r.ERRORS_LIST: Guidance(
        "Send `errors` as a list of one or more strings, even for a single error. In XML, send "
        "one `error` element for each, with text only.",
        http_exchange(
            '{"message": "error", "errors": "task is wrong."}',
            call=INVALID_CALL,
            status=BAD_REQUEST,
        ),
    ),
    r.ERRORS_NO_ACCOUNT_FIELDS: Guidance(
        "Build the error envelope as a new object. Do not add errors to an unfinished overview. "
        "Check all parameters before you read the account.",
        http_exchange(
            f'{{"message": "error", {TASK_ERROR}, "credits_used": 7}}',
            call=INVALID_CALL,
            status=BAD_REQUEST,
        ),
    ),
    r.ERRORS_NO_KEY_ECHO: Guidance(
        "Name the parameter, but never repeat its value. Check texts, repeated URLs, headers, "
        "cookies and the reason phrase. Debug pages and validation libraries print their input.",
        http_exchange(
            '{"message": "error", "errors": ["api_key Demo-Key-000 is invalid."]}',
            call="json?api_key=Demo-Key-000&…",
            status="403 Forbidden",
        ),
    ),
    r.ERRORS_NO_ACCOUNT_DATA: Guidance(
        "Check the credentials and the customer's reseller before you load the account. Write the "
        "same text for a customer of another reseller as for one that does not exist.",
        http_exchange(
            '{"message": "error", "errors": ["The key is not valid for the Silver Package."]}',
            call="json?api_key=&…",
            status="403 Forbidden",
        ),
    ),
    r.ERRORS_NO_EMPTY_TEXT: Guidance(
        "Give each error a text that describes it. Remove empty texts. They come from an "
        "exception without a message, or from a missing translation.",
        http_exchange(
            '{"message": "error", "errors": [""]}', call=INVALID_CALL, status=BAD_REQUEST
        ),
    ),
    r.ERRORS_NO_EXTRAS: Guidance(
        "Send only `message` and `errors`. Put codes and request ids into headers and logs.",
        http_exchange(
            f'{{"message": "error", {TASK_ERROR}, "code": 42}}',
            call=INVALID_CALL,
            status=BAD_REQUEST,
        ),
    ),
    r.ERRORS_DETERMINISTIC: Guidance(
        "Build the list of errors within each request, from that request only. A list that is "
        "kept between calls grows. Checks that run in parallel may report one error or two.",
        http_exchange(
            f'{{"message": "error", {TASK_ERROR}}}', call=CALL_WITHOUT_TASK, status=BAD_REQUEST
        )
        + http_exchange(
            '{"message": "error", "errors": ["task is missing.", "task is missing."]}',
            call=CALL_WITHOUT_TASK,
            status=BAD_REQUEST,
        ),
    ),
}
