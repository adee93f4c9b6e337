"""What helps to write the two envelopes: topics `success` and `errors`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import NO, Guidance, answered
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

WRONG = "json?task=&…"
"""A call for which an error is due."""

NO_TASK = "json?api_user=…&api_key=…&user=…"

SAID = '"errors": ["task must be overview."]'

ALL_BUT_ONE = """{
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
        "Ask the same with the finding's curl line. If it says that something is wrong, check "
        "`RESELLER_API_USER`, the key and `--user`; if it is a page or 404, check that `/apiv2/` "
        "lies right below `--base-url`.",
        answered('{"message": "error", "errors": ["Permission denied."]}', status="403 Forbidden"),
    ),
    r.SUCCESS_SHAPE: Guidance(
        "In JSON, the ten fields are members of the one outermost object; in XML, children of "
        "`overview` in `result`, each with text alone. Take off wrappers such as `data`.",
        answered('{"overview": {…}}'),
    ),
    r.SUCCESS_FIELDS: Guidance(
        "Send each of the ten, spelled as on the page and with a value: 0 where there is nothing "
        "to count. Serializers that leave out zero or null leave out fields.",
        answered(ALL_BUT_ONE),
    ),
    r.SUCCESS_NO_DUPLICATES: Guidance(
        "Write each field from one place. Joined rows, and lists of pairs that are written as an "
        "object, are what doubles a name.",
        answered('{"package": "Silver Package", "package": "Silver", …}'),
    ),
    r.SUCCESS_COUNTS: Guidance(
        "Write digits and nothing else: no sign, leading zero, separator, unit, fraction or "
        "exponent. In JSON an integer or a string of digits will do; keep it whole beyond 64 bits.",
        answered('{"credits_used": "100,000", …}'),
    ),
    r.SUCCESS_DATES: Guidance(
        "Write the day alone, as `YYYY-MM-DD`: no time and no zone. Compute the end of a cycle "
        "with a calendar, for adding a month to the 31st gives a day that does not exist.",
        answered('{"billing_end_date": "2010-02-30", …}'),
    ),
    r.SUCCESS_PACKAGE: Guidance(
        "Send the package's name as a string, even where it looks like a number, and never null: "
        "a customer without one needs a name for that.",
        answered('{"package": 7, …}'),
    ),
    r.SUCCESS_NO_ERROR_MEMBERS: Guidance(
        "Leave `message` and `errors` out of an overview, empty ones too: a client that finds them "
        "takes the answer for an error.",
        answered('{"message": "success", …}'),
    ),
    r.SUCCESS_NO_EXTRAS: Guidance(
        "Send the ten fields and no more: no further member, element or attribute. What else "
        "clients need belongs in another call.",
        answered('{"currency": "USD", …}'),
    ),
    r.ERRORS_SHAPE: Guidance(
        "In JSON, `message` and `errors` are members of the outermost object; in XML, children of "
        "`result`, with each text in an `error` below `errors`.",
        answered(f'{{"result": {{"message": "error", {SAID}}}}}', call=WRONG, status=NO),
    ),
    r.ERRORS_MESSAGE: Guidance(
        "Send the word `error`, in lower case, as `message`; what is wrong goes into `errors`.",
        answered(f'{{"message": "Bad request", {SAID}}}', call=WRONG, status=NO),
    ),
    r.ERRORS_LIST: Guidance(
        "Send `errors` as a list of one or more strings, a single error too; in XML, one `error` "
        "element for each, with text alone.",
        answered('{"message": "error", "errors": "task is wrong."}', call=WRONG, status=NO),
    ),
    r.ERRORS_NO_ACCOUNT_FIELDS: Guidance(
        "Build the error envelope afresh rather than by adding errors to an overview that was "
        "begun. Check everything before the account is read.",
        answered(f'{{"message": "error", {SAID}, "credits_used": 7}}', call=WRONG, status=NO),
    ),
    r.ERRORS_NO_KEY_ECHO: Guidance(
        "Name the parameter, never its value: not in texts, not in a repeated URL or query, not "
        "in a header, a cookie or the reason phrase. "
        "Debug pages and validation libraries print what they were given.",
        answered(
            '{"message": "error", "errors": ["api_key Demo-Key-000 is wrong."]}',
            call="json?api_key=Demo-Key-000&…",
            status="403 Forbidden",
        ),
    ),
    r.ERRORS_NO_EMPTY_TEXT: Guidance(
        "Give each error a text that says what is wrong; leave out the empty ones that an "
        "exception without a message, or a missing translation, brings.",
        answered('{"message": "error", "errors": [""]}', call=WRONG, status=NO),
    ),
    r.ERRORS_NO_EXTRAS: Guidance(
        "Send `message` and `errors` alone: codes and request ids go into headers and logs.",
        answered(f'{{"message": "error", {SAID}, "code": 42}}', call=WRONG, status=NO),
    ),
    r.ERRORS_DETERMINISTIC: Guidance(
        "Make the list of errors from this request alone, and in this request: a list that is "
        "kept between calls grows, and checks that race tell now one and now two.",
        answered(f'{{"message": "error", {SAID}}}', call=NO_TASK, status=NO)
        + answered(
            '{"message": "error", "errors": ["task is missing.", "task is missing."]}',
            call=NO_TASK,
            status=NO,
        ),
    ),
}
