"""What helps to serve every client alike: topic `clients`."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.guidance.model import Guidance, http_exchange
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE"]

FAILED = "500 Internal Server Error"
REFUSED = "403 Forbidden"
DENIED = "<html><body>Access denied</body></html>"
HTML = "Content-Type: text/html"

GUIDANCE: dict[Requirement, Guidance] = {
    r.CLIENTS_SAME_RESPONSE: Guidance(
        "Decide by the URL and its parameters alone. Look for the field that the finding names in "
        "the rules of gateways and frameworks, and take it out.",
        http_exchange(DENIED, status=REFUSED, header=HTML, sent="Connection: keep-alive"),
    ),
    r.CLIENTS_ACCEPT: Guidance(
        "Choose the format by the URL. Switch off content negotiation for this path, for errors "
        "too: frameworks render errors as HTML for a client whose list begins with `text/html`.",
        http_exchange("<html>…</html>", header=HTML, sent="Accept: text/html"),
    ),
    r.CLIENTS_ACCEPT_OTHER: Guidance(
        "Send the format of the URL even where `Accept` names another. A 406 is permitted, but is "
        "useless: the client has requested this URL.",
        http_exchange(
            "Not acceptable", status="406 Not Acceptable", sent="Accept: application/xml"
        ),
    ),
    r.CLIENTS_USER_AGENT: Guidance(
        "Take rules against scripts and bots off this path: its callers are scripts. The key says "
        "who calls.",
        http_exchange(DENIED, status=REFUSED, header=HTML, sent="User-Agent: curl/7.88.1"),
    ),
    r.CLIENTS_NO_USER_AGENT: Guidance(
        "Let requests without `User-Agent` pass, and read the field as an empty text where it is "
        "missing.",
        http_exchange(DENIED, status=REFUSED, header=HTML, sent="Accept: */*"),
    ),
    r.CLIENTS_BROWSER: Guidance(
        "Respond to a browser as to any client: no page, no redirect to the docs, no challenge.",
        http_exchange(DENIED, status=REFUSED, header=HTML, sent="User-Agent: Mozilla/5.0"),
    ),
    r.CLIENTS_LANGUAGE: Guidance(
        "Write counts, dates and the package without a locale, in the encoding that is declared. "
        "Error texts may be in the language of the reader.",
        http_exchange(
            '{"credits_used": "1.234", "billing_start_date": "30.08.2010", …}',
            sent="Accept-Language: de-DE,de;q=0.9",
        ),
    ),
    r.CLIENTS_IDENTITY: Guidance(
        "Compress only what the client offers in `Accept-Encoding`. A cache in front needs `Vary: "
        "Accept-Encoding`.",
        http_exchange("{…}", header="Content-Encoding: gzip", sent="Accept-Encoding: identity"),
    ),
    r.CLIENTS_NO_ACCEPT_ENCODING: Guidance(
        "Compress only where `Accept-Encoding` is sent. RFC 9110 permits more, but clients that "
        "leave it out undo no coding.",
        http_exchange("{…}", header="Content-Encoding: gzip", sent="User-Agent: curl/7.88.1"),
    ),
    r.CLIENTS_CONNECTION: Guidance(
        "Send the whole body before the connection is closed. To a request in HTTP/1.0, send "
        "`Content-Length` or close the connection at the end of the body, and no chunks.",
        http_exchange("{…}", header="Transfer-Encoding: chunked", sent="Connection: close"),
    ),
    r.CLIENTS_HTTP_VERSION: Guidance(
        "Respond to HTTP/1.0 as to HTTP/1.1, and close the connection after the body.",
        http_exchange("Upgrade Required", status="426 Upgrade Required", sent="Connection: close"),
    ),
    r.CLIENTS_COOKIES: Guidance(
        "Check `api_user` and `api_key` on each call, with any session cookie. Best set no cookie "
        "here: switch off the framework's sessions for this path.",
        http_exchange("{…}", header="Set-Cookie: session=4f1c; Path=/")
        + http_exchange("{…}", call="json?api_user=…&task=…&user=…", sent="Cookie: session=4f1c"),
    ),
    r.CLIENTS_HEAD: Guidance(
        "Respond to HEAD as to GET, without the body, or with 405.",
        http_exchange("", status=FAILED, method="HEAD"),
    ),
    r.CLIENTS_HEAD_STATUS: Guidance(
        "Nothing to fix. Most frameworks respond to HEAD as to GET, without the body.",
        http_exchange("", status="405 Method Not Allowed", method="HEAD"),
    ),
}
