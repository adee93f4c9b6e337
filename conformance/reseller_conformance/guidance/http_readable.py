"""Guidance for delivery and readability: topics `http` and `readable`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import BAD_REQUEST, Guidance, http_exchange
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

TASK_ERROR = '{"message": "error", "errors": ["task must be overview."]}'

GUIDANCE: dict[Requirement, Guidance] = {
    r.HTTP_DELIVERED: Guidance(
        "Find the component that sends 429, 502, 503 or 504, or drops connections, even on "
        "retries. It may be a gateway without a backend, or a limit below the run's rate. Send "
        "`Retry-After` with 429 and 503, and lower `--rate` if the limit is intended. Let a "
        "library write the HTTP.",
        http_exchange("Bad gateway", status="502 Bad Gateway"),
    ),
    r.HTTP_TIMEOUT: Guidance(
        "Limit the cost of one call. Index the lookup by customer, set a database timeout, and "
        "read stored totals instead of counting messages. A slow but healthy staging system may "
        "need a longer `--timeout`. If calls hang only when many are made, a gateway may drop "
        "them silently: lower `--rate` or `--concurrency`.",
        http_exchange("", status="200 OK   (and then nothing for 10 seconds)"),
    ),
    r.HTTP_COMPLETE: Guidance(
        "Let the framework compute `Content-Length`, in bytes and after compression. Never set it"
        " by hand. `Content-Encoding` must name only codings that were applied to the body. Let"
        " the framework write chunks, and set `Content-Type` once.",
        http_exchange('{"reputation": "100", "req', header="Content-Length: 318"),
    ),
    r.HTTP_SERVER_ERROR: Guidance(
        "Read the server's log at the time of this call. The code did not expect one of the "
        "values. Check every parameter before you use it, and send the error envelope for an "
        "invalid one.",
        http_exchange(
            "Internal Server Error", call="json?task=&…", status="500 Internal Server Error"
        ),
    ),
    r.HTTP_REDIRECT: Guidance(
        "Respond at this URL. Do not redirect to a login page, to https or to a trailing slash. "
        "Exclude the call from session middleware, and publish the final base URL to clients.",
        http_exchange("", call="json?api_key=&…", status="302 Found", header="Location: /login"),
    ),
    r.HTTP_BODY: Guidance(
        "Put the error envelope into every refusal, including refusals of an authentication "
        "layer. Never respond with 204, 205 or 304.",
        http_exchange("", call="json?api_key=&…", status="401 Unauthorized"),
    ),
    r.HTTP_STATUS: Guidance(
        "Send the overview with status 200. A handler that sets an error status first must reset "
        "it when it finds the account.",
        http_exchange("{…}", status="404 Not Found"),
    ),
    r.HTTP_ERROR_STATUS: Guidance(
        "Send the error envelope with a 4xx status: 400 for invalid parameters, 401 or 403 for "
        "invalid credentials. You may choose the status.",
        http_exchange(TASK_ERROR, call="json?task=&…"),
    ),
    r.HTTP_CONTENT_TYPE: Guidance(
        "Send `application/json` (or `text/javascript`) with JSON, and `application/xml` (or "
        "`text/xml`) with XML, for errors too. Most frameworks default to `text/html`.",
        http_exchange("{…}", header="Content-Type: text/html"),
    ),
    r.HTTP_CHARSET: Guidance(
        "Name the charset of the body, or name none. JSON is always UTF-8, and XML declares its "
        "own encoding. Remove the charset from the web server's default type.",
        http_exchange(
            '{"package": "Café", …}', header="Content-Type: application/json; charset=ascii"
        ),
        http_exchange(
            '{"package": "Café", …}', header="Content-Type: application/json; charset=utf-8"
        ),
    ),
    r.HTTP_RETRIES: Guidance(
        "The responses are valid, but some needed a second attempt. Raise the gateway's limit, "
        "keep its backends warm, or run with a lower `--rate`.",
        http_exchange("", status="429 Too Many Requests", header="Retry-After: 1")
        + http_exchange("{…}"),
    ),
    r.READABLE_FORMAT: Guidance(
        "Choose the format from the end of the path before anything can fail, so that errors use "
        "it too. The `Accept` header does not change it. Error pages of a framework or a gateway "
        "are in neither format.",
        http_exchange(TASK_ERROR, call="xml?task=&…", status=BAD_REQUEST),
    ),
    r.READABLE_ENCODING: Guidance(
        "Encode the whole body once, at the end. Write JSON as UTF-8 without a byte order mark, "
        "and XML in the encoding of its declaration. Check for text that was stored in another "
        "encoding. Where an error repeats a value, decode the query as UTF-8, and escape the value "
        "once, in the serializer.",
        http_exchange(r'{"package": "Caf\xe9", …}'),
        http_exchange(r'{"package": "Caf\xc3\xa9", …}'),
    ),
    r.READABLE_ENCODING_NAME: Guidance(
        "Write `UTF-8`, not `utf8`, and `windows-1252`, not `cp1252`. Databases and programming "
        "languages have names of their own for encodings.",
        http_exchange("{…}", header="Content-Type: application/json; charset=utf8"),
        http_exchange("{…}", header="Content-Type: application/json; charset=utf-8"),
    ),
    r.READABLE_SYNTAX: Guidance(
        "Write the body with a serializer. Do not join strings. Write nothing before or after it:"
        " no warning, no callback name, no debug output.",
        http_exchange("{…,}"),
    ),
    r.READABLE_NO_DOCTYPE: Guidance(
        "Remove the DOCTYPE and `xmlns`. The API docs have neither. A serializer that adds a "
        "namespace takes it from a class or a schema.",
        http_exchange("<!DOCTYPE result><result><overview>…</overview></result>", call="xml?…"),
    ),
    r.READABLE_ENVELOPE: Guidance(
        "Send each refusal through one function that writes the error envelope. Include the "
        "framework's own handlers for 400, 401, 404 and 405.",
        http_exchange(
            '{"detail": "Not authenticated"}', call="json?api_key=&…", status="403 Forbidden"
        ),
    ),
}
