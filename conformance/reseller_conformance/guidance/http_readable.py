"""What helps to deliver an answer that can be read: topics `http` and `readable`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import NO, Guidance, answered
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

REFUSED = '{"message": "error", "errors": ["task must be overview."]}'

GUIDANCE: dict[Requirement, Guidance] = {
    r.HTTP_DELIVERED: Guidance(
        "Find what answers 429, 502, 503 or 504, or drops connections, even when asked again: a "
        "gateway without a backend, or a limit below the run's own rate. Send `Retry-After` with "
        "429 and 503, and lower `--rate` if the limit is meant. Leave writing HTTP to a library.",
        answered("Bad gateway", status="502 Bad Gateway"),
    ),
    r.HTTP_TIMEOUT: Guidance(
        "Bound what one call may cost: index the look-up by customer, give the database a timeout, "
        "and answer from stored totals rather than by counting messages. A slow but healthy "
        "staging system may need a longer `--timeout`.",
        answered("", status="200 OK   (and then nothing for 10 seconds)"),
    ),
    r.HTTP_COMPLETE: Guidance(
        "Let the framework count `Content-Length`, in bytes and after compression, and never set "
        "it by hand. `Content-Encoding` names only what has really been applied to the body.",
        answered('{"reputation": "100", "req', header="Content-Length: 318"),
    ),
    r.HTTP_SERVER_ERROR: Guidance(
        "Read the server's log at the time of this call: some value was not expected. Check every "
        "parameter before it is used, and answer what is wrong with the error envelope.",
        answered("Internal Server Error", call="json?task=&…", status="500 Internal Server Error"),
    ),
    r.HTTP_REDIRECT: Guidance(
        "Answer at this URL: no redirect to a login page, to https or to a trailing slash. Take "
        "the call out of session middleware, and name the final base URL to clients.",
        answered("", call="json?api_key=&…", status="302 Found", header="Location: /login"),
    ),
    r.HTTP_BODY: Guidance(
        "Write the error envelope into every refusal, those of an authentication layer included, "
        "and answer with no 204 and no 304.",
        answered("", call="json?api_key=&…", status="401 Unauthorized"),
    ),
    r.HTTP_STATUS: Guidance(
        "Send the overview with status 200. A handler that sets an error status first and then "
        "finds the account must set it back.",
        answered("{…}", status="404 Not Found"),
    ),
    r.HTTP_ERROR_STATUS: Guidance(
        "Send the error envelope with a 4xx: 400 for wrong parameters, 401 or 403 for wrong "
        "credentials. Which one is free.",
        answered(REFUSED, call="json?task=&…"),
    ),
    r.HTTP_CONTENT_TYPE: Guidance(
        "Send `application/json` (or `text/javascript`) with JSON and `application/xml` (or "
        "`text/xml`) with XML, for errors too: most frameworks say `text/html` where nothing is "
        "set.",
        answered("{…}", header="Content-Type: text/html"),
    ),
    r.HTTP_CHARSET: Guidance(
        "Name the charset that the body is written in, or none: JSON is UTF-8 always, and XML "
        "declares its own. Take a charset out of the web server's default type.",
        answered('{"package": "Café", …}', header="Content-Type: application/json; charset=ascii"),
        answered('{"package": "Café", …}', header="Content-Type: application/json; charset=utf-8"),
    ),
    r.HTTP_RETRIES: Guidance(
        "Nothing is wrong with the answers, but some came only at a second try. Raise the "
        "gateway's limit, keep its backends warm, or run with a lower `--rate`.",
        answered("", status="429 Too Many Requests", header="Retry-After: 1") + answered("{…}"),
    ),
    r.READABLE_FORMAT: Guidance(
        "Choose the format by the ending of the path before anything can fail, so that errors are "
        "written in it too; the `Accept` header does not count. Error pages of a framework or a "
        "gateway are in neither format.",
        answered(REFUSED, call="xml?task=&…", status=NO),
    ),
    r.READABLE_ENCODING: Guidance(
        "Encode the whole body once, at the end: JSON as UTF-8 without a byte order mark, XML in "
        "the encoding that its declaration names. Look for text that was stored in another one.",
        answered(r'{"package": "Caf\xe9", …}'),
        answered(r'{"package": "Caf\xc3\xa9", …}'),
    ),
    r.READABLE_SYNTAX: Guidance(
        "Write the body with a serializer, not by joining strings, and write nothing else: no "
        "warning, no callback's name, no debug output before or after it.",
        answered("{…,}"),
    ),
    r.READABLE_NO_DOCTYPE: Guidance(
        "Leave out the DOCTYPE and `xmlns`: the page has neither. A serializer that adds a "
        "namespace takes it from a class or a schema.",
        answered("<!DOCTYPE result><result><overview>…</overview></result>", call="xml?…"),
    ),
    r.READABLE_ENVELOPE: Guidance(
        "Send each refusal through the one function that writes the error envelope: also those of "
        "the framework's own handlers for 400, 401, 404 and 405.",
        answered('{"detail": "Not authenticated"}', call="json?api_key=&…", status="403 Forbidden"),
    ),
}
