"""The catalogue: every requirement that the suite judges, with its level, source and reason.

Markers, pytest items, reports, docs and the `requirements` command are made from it. `cases` has
the calls for each requirement, and `checks` judges the responses. A requirement that explains many
failures comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reseller_conformance.contract import Format, Kind

__all__ = ["CATALOGUE", "OF_KIND", "Level", "Requirement", "by_id", "column_of"]

BOTH = (Format.JSON, Format.XML)


class Level(StrEnum):
    """How much a violation counts (RFC 2119)."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that is required of an implementation.

    `formats` is empty if the requirement compares both formats.
    """

    id: str
    level: Level
    title: str
    source: str
    reason: str
    formats: tuple[Format, ...] = BOTH

    @property
    def topic(self) -> str:
        """The part of the id before the dot: `success` of `success.fields`."""
        return self.id.partition(".")[0]

    @property
    def citation(self) -> str:
        """The source as reports name it: `API docs, Response: Success`."""
        in_docs = self.source.startswith(("Call", "Parameter", "Response"))
        return f"API docs, {self.source}" if in_docs else self.source

    @property
    def docs_anchor(self) -> str:
        """The anchor of the source in `docs/api-documentation.md`; empty for another source."""
        if "silent" in self.source:
            return "silent"
        return next((_ANCHORS[start] for start in _ANCHORS if self.source.startswith(start)), "")

    def __str__(self) -> str:
        """Return the id."""
        return self.id


_ANCHORS = {
    "Parameter table": "parameters",
    "Parameter task": "parameter-task",
    "Parameter user": "parameter-user",
    "Parameter api_key": "parameter-api_key",
    "Call: api_key": "parameter-api_key",
    "Call: api_user": "parameter-api_user",
    "Call": "call",
    "Response: Success": "success",
    "Response: Error": "error",
    "later editions": "later-editions",
}
"""How a source starts, and its anchor. The first match counts."""

MUST, SHOULD, MAY = Level

# --- The documented call ---------------------------------------------------------------------

SUCCESS_RETURNED = Requirement(
    "success.returned",
    MUST,
    title="the documented call gets the customer's overview",
    source="Call; Response: Success",
    reason="All other requirements compare with this call. Without it, nothing else can be judged.",
)

# --- HTTP ------------------------------------------------------------------------------------

HTTP_DELIVERED = Requirement(
    "http.delivered",
    MUST,
    title="every call gets a response, if necessary after retries",
    source="RFC 9110, 15.6; RFC 6585, 4",
    reason="A gateway may send 429, 502, 503 or 504 now and then. If it goes on, it is an outage.",
)
HTTP_TIMEOUT = Requirement(
    "http.timeout",
    MUST,
    title="the whole response arrives within the time limit",
    source="the operator's --timeout",
    reason="A client that waits for it hangs.",
)
HTTP_COMPLETE = Requirement(
    "http.complete",
    MUST,
    title="a response is complete: its whole length, framed and coded as all clients read it",
    source="RFC 9112, 6 to 8; RFC 9110, 8.3 and 8.4",
    reason="Half an envelope is useless. Some clients refuse framing that others accept.",
)
HTTP_SERVER_ERROR = Requirement(
    "http.server-error",
    MUST,
    title="no request gets a 5xx",
    source="Response: Error; RFC 9110, 15.6",
    reason="An invalid call gets an error envelope. A 5xx says that the server failed.",
)
HTTP_REDIRECT = Requirement(
    "http.redirect",
    MUST,
    title="no request is redirected",
    source="Call",
    reason="The query contains the credentials, and a redirect sends them elsewhere.",
)
HTTP_BODY = Requirement(
    "http.body",
    MUST,
    title="every response has a body",
    source="Response: Success; Response: Error",
    reason="Both envelopes are bodies. A client learns nothing from an empty response.",
)
HTTP_STATUS = Requirement(
    "http.status",
    MUST,
    title="a success is 2xx",
    source="RFC 9110, 15.3",
    reason="A client that checks the status first discards the overview.",
)
HTTP_ERROR_STATUS = Requirement(
    "http.error-status",
    SHOULD,
    title="an error is 4xx",
    source="RFC 9110, 15.5; the API docs are silent",
    reason="Clients and gateways recognize a failure by its status.",
)
HTTP_CONTENT_TYPE = Requirement(
    "http.content-type",
    SHOULD,
    title="Content-Type fits the format",
    source="RFC 9110, 8.3; RFC 8259, 11; RFC 7303, 4",
    reason="Clients choose their parser by it.",
)
HTTP_CHARSET = Requirement(
    "http.charset",
    SHOULD,
    title="the charset of Content-Type does not contradict the body",
    source="RFC 8259, 8.1; RFC 7303, 3",
    reason="For XML, the header overrides the declaration. An incorrect one garbles names.",
)
HTTP_RETRIES = Requirement(
    "http.retries",
    SHOULD,
    title="calls need no retries",
    source="RFC 9110, 15.6; RFC 6585, 4",
    reason="A retry that succeeds hides a gateway at its limit.",
)

# --- Is it readable? -------------------------------------------------------------------------

READABLE_FORMAT = Requirement(
    "readable.format",
    MUST,
    title="the response is in the format that the URL names, also for errors",
    source="Call: reseller.account.json, reseller.account.xml",
    reason="A client parses the format that it requested.",
)
READABLE_ENCODING = Requirement(
    "readable.encoding",
    MUST,
    title="the bytes decode: JSON as UTF-8 without a mark, XML as it declares",
    source="RFC 8259, 8.1; XML 1.0, 4.3.3",
    reason="Bytes that do not decode are lost, or are read as another text.",
)
READABLE_ENCODING_NAME = Requirement(
    "readable.encoding-name",
    SHOULD,
    title="an encoding has a name that IANA registers, in the declaration and in the header",
    source="XML 1.0, 4.3.3; RFC 9110, 8.3.2",
    reason="Readers differ in which other names they know.",
)
READABLE_SYNTAX = Requirement(
    "readable.syntax",
    MUST,
    title="one JSON text, or one well-formed XML document, and nothing before or after it",
    source="RFC 8259, 2; XML 1.0, 2.1",
    reason="A strict parser rejects the whole response otherwise.",
)
READABLE_NO_DOCTYPE = Requirement(
    "readable.no-doctype",
    MUST,
    title="no DOCTYPE and no namespace",
    source="Response: Success; Response: Error",
    reason="Clients search for plain names, and careful parsers reject a DOCTYPE.",
    formats=(Format.XML,),
)
READABLE_ENVELOPE = Requirement(
    "readable.envelope",
    MUST,
    title="the response is one of the two documented envelopes",
    source="Response: Success; Response: Error",
    reason="A billing script knows these two only.",
)

# --- The success envelope --------------------------------------------------------------------

SUCCESS_SHAPE = Requirement(
    "success.shape",
    MUST,
    title="the ten fields are where the API docs show them",
    source="Response: Success",
    reason="A client finds no field if there is a wrapper more or less.",
)
SUCCESS_FIELDS = Requirement(
    "success.fields",
    MUST,
    title="all ten fields are present",
    source="Response: Success",
    reason="Billing scripts read each of them.",
)
SUCCESS_NO_DUPLICATES = Requirement(
    "success.no-duplicates",
    MUST,
    title="no field occurs twice",
    source="Response: Success; RFC 8259, 4",
    reason="Parsers differ in which of the two they use.",
)
SUCCESS_COUNTS = Requirement(
    "success.counts",
    MUST,
    title="each count is a non-negative decimal integer",
    source='Response: Success, "100" and 0',
    reason="Credits are added up and billed.",
)
SUCCESS_DATES = Requirement(
    "success.dates",
    MUST,
    title="each date is YYYY-MM-DD, and a day that exists",
    source="Response: Success, 2010-08-30",
    reason="Cycles are computed from them.",
)
SUCCESS_PACKAGE = Requirement(
    "success.package",
    MUST,
    title="package is text",
    source="Response: Success, Silver Package",
    reason="It is shown, and compared, as a name.",
)
SUCCESS_NO_ERROR_MEMBERS = Requirement(
    "success.no-error-members",
    MUST,
    title="a success envelope carries no message and no errors",
    source="Response: Success; Response: Error",
    reason="Clients distinguish the two envelopes by them.",
)
SUCCESS_NO_EXTRAS = Requirement(
    "success.no-extras",
    SHOULD,
    title="a success envelope holds nothing undocumented",
    source="Response: Success",
    reason="Strict parsers reject what they do not know.",
)

# --- The error envelope ----------------------------------------------------------------------

ERRORS_SHAPE = Requirement(
    "errors.shape",
    MUST,
    title="message and errors are where the API docs show them",
    source="Response: Error",
    reason="A client does not see the failure if there is a wrapper more or less.",
)
ERRORS_MESSAGE = Requirement(
    "errors.message",
    MUST,
    title="message is exactly error",
    source='Response: Error, "message": "error"',
    reason="Clients test for it.",
)
ERRORS_LIST = Requirement(
    "errors.list",
    MUST,
    title="errors lists one or more texts",
    source="Response: Error",
    reason="Clients loop over it and show each.",
)
ERRORS_NO_ACCOUNT_FIELDS = Requirement(
    "errors.no-account-fields",
    MUST,
    title="an error contains no field of an account",
    source="Response: Error",
    reason="It discloses what was refused, and a client takes it for an overview.",
)
ERRORS_NO_KEY_ECHO = Requirement(
    "errors.no-key-echo",
    MUST,
    title="the api_key that was sent never comes back in an error",
    source="Parameter api_key; CWE-209",
    reason="Errors end up in logs and on screens.",
)
ERRORS_NO_ACCOUNT_DATA = Requirement(
    "errors.no-account-data",
    SHOULD,
    title="an error discloses no package and no date of an account that the caller may not see",
    source="Response: Error; CWE-209",
    reason="A stranger learns from it that the customer exists.",
)
ERRORS_NO_EMPTY_TEXT = Requirement(
    "errors.no-empty-text",
    SHOULD,
    title="no error text is empty",
    source="Response: Error",
    reason="An empty text explains nothing.",
)
ERRORS_NO_EXTRAS = Requirement(
    "errors.no-extras",
    SHOULD,
    title="an error envelope holds nothing undocumented",
    source="Response: Error",
    reason="Strict parsers reject what they do not know.",
)
ERRORS_DETERMINISTIC = Requirement(
    "errors.deterministic",
    SHOULD,
    title="the same invalid request gets the same number of messages each time",
    source="Response: Error",
    reason="A client cannot act on errors that change from call to call.",
)

# --- When an error is due --------------------------------------------------------------------

ISOLATION_SEQUENCE = Requirement(
    "isolation.sequence",
    MUST,
    title="each call is judged by itself, after a success as before one",
    source="Parameter table",
    reason="A cache that ignores a part of the query shows an account to strangers.",
)
REJECTS_TASK_MISSING = Requirement(
    "rejects.task-missing",
    MUST,
    title="a call without task gets an error",
    source="Parameter task: Required, Yes",
    reason="The API docs require it.",
)
REJECTS_TASK_EMPTY = Requirement(
    "rejects.task-empty",
    MUST,
    title="an empty task gets an error",
    source="Parameter task: Must be set to overview",
    reason="Empty is not overview.",
)
REJECTS_TASK_OTHER = Requirement(
    "rejects.task-other",
    MUST,
    title="any task but overview gets an error",
    source="Parameter task: Must be set to overview",
    reason="Another task requests something else. An overview hides the mistake.",
)
REJECTS_TASK_SPELLING = Requirement(
    "rejects.task-spelling",
    SHOULD,
    title="task in another letter case, or with spaces around it, gets an error",
    source="Parameter task: Must be set to overview",
    reason="The next implementation may refuse what a lenient one accepts.",
)
REJECTS_USER_MISSING = Requirement(
    "rejects.user-missing",
    MUST,
    title="a call without user gets an error",
    source="Parameter user: Required, Yes",
    reason="The API docs require it.",
)
REJECTS_USER_EMPTY = Requirement(
    "rejects.user-empty",
    MUST,
    title="an empty user gets an error",
    source="Parameter user: Customer that is registered under your account",
    reason="No customer has an empty name.",
)
REJECTS_USER_UNKNOWN = Requirement(
    "rejects.user-unknown",
    MUST,
    title="a user that is not registered gets an error, also near misses of a real name",
    source="Parameter user: Customer that is registered under your account",
    reason="A name that is used as a pattern shows another customer's account.",
)
REJECTS_USER_ADDRESS = Requirement(
    "rejects.user-address",
    SHOULD,
    title="user written as in a mail header, or with a dot after it, gets an error",
    source="Parameter user: Customer that is registered under your account",
    reason="The next implementation may refuse what a parser of mail addresses accepts.",
)
REJECTS_USER_SIMILAR = Requirement(
    "rejects.user-similar",
    MAY,
    title="has other customers with similar names",
    source="Parameter user: Customer that is registered under your account",
    reason="A near miss of one customer's name may be another customer. Only the operator knows.",
)
REJECTS_USER_FOREIGN = Requirement(
    "rejects.user-foreign",
    MUST,
    title="a customer of another reseller gets an error",
    source="Parameter user: Customer that is registered under your account",
    reason="A reseller may not see the accounts of another one.",
)
REJECTS_API_USER_MISSING = Requirement(
    "rejects.api-user-missing",
    MUST,
    title="a call without api_user gets an error",
    source="Call: api_user=your_sendgrid_username",
    reason="The call does not name its reseller.",
)
REJECTS_API_USER_EMPTY = Requirement(
    "rejects.api-user-empty",
    MUST,
    title="an empty api_user gets an error",
    source="Call: api_user=your_sendgrid_username",
    reason="The call does not name its reseller.",
)
REJECTS_API_USER_WRONG = Requirement(
    "rejects.api-user-wrong",
    MUST,
    title="an invalid api_user gets an error",
    source="Call: api_user=your_sendgrid_username",
    reason="A key belongs to one reseller.",
)
REJECTS_API_KEY_MISSING = Requirement(
    "rejects.api-key-missing",
    MUST,
    title="a call without api_key gets an error",
    source="Call: api_key=your_sendgrid_password",
    reason="The customer's account is open to everyone otherwise.",
)
REJECTS_API_KEY_EMPTY = Requirement(
    "rejects.api-key-empty",
    MUST,
    title="an empty api_key gets an error",
    source="Call: api_key=your_sendgrid_password",
    reason="The customer's account is open to everyone otherwise.",
)
REJECTS_API_KEY_WRONG = Requirement(
    "rejects.api-key-wrong",
    MUST,
    title="an invalid api_key gets an error: another value, a part of it, another letter case",
    source="Call: api_key=your_sendgrid_password",
    reason="A key that can be guessed in parts protects nothing.",
)
REJECTS_API_KEY_SPELLING = Requirement(
    "rejects.api-key-spelling",
    SHOULD,
    title="an api_key with white space around it, or without its accents, gets an error",
    source="Call: api_key=your_sendgrid_password",
    reason="The next implementation may refuse what a lenient one accepts.",
)
REJECTS_COMBINED = Requirement(
    "rejects.combined",
    MUST,
    title="several invalid parameters together get an error, in every combination",
    source="Parameter table",
    reason="Two mistakes must not cancel each other.",
)

# --- The request -----------------------------------------------------------------------------

REQUEST_ORDER = Requirement(
    "request.order",
    MUST,
    title="the order of the parameters does not matter",
    source="Call; a query is read by names",
    reason="HTTP libraries order a query in different ways.",
)
REQUEST_ENCODING = Requirement(
    "request.encoding",
    MUST,
    title="a percent-encoded character is the plain character, in names and values",
    source="RFC 3986, 2.4 and 6.2.2.2",
    reason="HTTP libraries and gateways differ in what they encode.",
)
REQUEST_SPECIAL_TEXT = Requirement(
    "request.special-text",
    MUST,
    title="the response is a readable envelope for any text in the values",
    source="Response: Error",
    reason="People choose names with quotes, accents and markup.",
)
REQUEST_ATTACK_TEXT = Requirement(
    "request.attack-text",
    SHOULD,
    title="a text that looks like an attack gets an error envelope too",
    source="Response: Error; the API docs are silent on firewalls",
    reason="A firewall's page helps no client, and keeps these texts from being tested.",
    formats=(),
)
REQUEST_UNDOCUMENTED = Requirement(
    "request.undocumented",
    SHOULD,
    title="a parameter that the API docs do not name is ignored",
    source="Parameter table",
    reason="Proxies and clients add their own parameters.",
)
REQUEST_REPEATED = Requirement(
    "request.repeated",
    SHOULD,
    title="a repeated parameter gets a readable envelope",
    source="the API docs are silent",
    reason="Servers differ in which of the two they use. None should fail.",
)
REQUEST_ARRAY = Requirement(
    "request.array",
    SHOULD,
    title="a parameter sent as an array gets a readable envelope",
    source="the API docs are silent; user[]=… is what PHP clients send",
    reason="A mistake of a client should get an error, not a crash.",
)
REQUEST_SEPARATORS = Requirement(
    "request.separators",
    SHOULD,
    title="stray separators in the query mean nothing",
    source="WHATWG URL, 5.1: application/x-www-form-urlencoded parsing",
    reason="Clients that join parameters often write one & too many.",
)
REQUEST_MALFORMED = Requirement(
    "request.malformed",
    SHOULD,
    title="a malformed query gets no 5xx and no empty body",
    source="the API docs are silent; RFC 9110, 15.5",
    reason="A mistake of a client should get an error, not a crash.",
)
REQUEST_NO_INJECTION = Requirement(
    "request.no-injection",
    MUST,
    title="line ends in a value write no header and no cookie",
    source="RFC 9110, 5.5; CWE-113",
    reason="The author of a link could write parts of the response.",
)
REQUEST_POST = Requirement(
    "request.post",
    MAY,
    title="accepts POST",
    source="later editions of the public documentation",
    reason="Later editions say that GET and POST are interchangeable for most calls.",
)

# --- The same call from any client -------------------------------------------------------------

CLIENTS_SAME_RESPONSE = Requirement(
    "clients.same-response",
    MUST,
    title="the same URL gets the same response, whichever client sends it",
    source="Call; the API docs describe a URL and nothing else",
    reason="HTTP libraries add header fields that their users do not choose.",
)
CLIENTS_ACCEPT = Requirement(
    "clients.accept",
    MUST,
    title="Accept never changes the format, and is no reason to refuse where it allows any",
    source="Call: reseller.account.json, reseller.account.xml; RFC 9110, 12.5.1",
    reason="The URL names the format. Many clients send a list that ends in */*, or nothing.",
)
CLIENTS_ACCEPT_OTHER = Requirement(
    "clients.accept-other",
    SHOULD,
    title="an Accept that names only another format still gets the format of the URL",
    source="Call: reseller.account.json, reseller.account.xml; RFC 9110, 12.5.1, allows 406",
    reason="A client that reads both formats often sends one Accept with all its calls.",
)
CLIENTS_USER_AGENT = Requirement(
    "clients.user-agent",
    MUST,
    title="the default User-Agent of a library or tool is no reason to refuse",
    source="Call; RFC 9110, 10.1.5",
    reason="Scripts call this API with curl, requests or axios, and do not rename them.",
)
CLIENTS_NO_USER_AGENT = Requirement(
    "clients.no-user-agent",
    SHOULD,
    title="a missing User-Agent is no reason to refuse",
    source="RFC 9110, 10.1.5",
    reason="PHP and .NET send none by default.",
)
CLIENTS_BROWSER = Requirement(
    "clients.browser",
    SHOULD,
    title="what only a browser sends is no reason to refuse",
    source="Call; RFC 9110, 10.1.5",
    reason="People paste the URL into a browser to see what the API says.",
)
CLIENTS_LANGUAGE = Requirement(
    "clients.language",
    MUST,
    title="Accept-Language and Accept-Charset change no count, date, package or encoding",
    source="Response: Success; RFC 9110, 12.5.4",
    reason="Clients misread or reject a count with another separator, or a date in another order.",
)
CLIENTS_IDENTITY = Requirement(
    "clients.identity",
    MUST,
    title="with Accept-Encoding: identity, the response has no content coding",
    source="RFC 9110, 12.5.3",
    reason="wget and urllib send it, and save or parse the compressed bytes as they are.",
)
CLIENTS_NO_ACCEPT_ENCODING = Requirement(
    "clients.no-accept-encoding",
    SHOULD,
    title="without Accept-Encoding, the response has no content coding",
    source="RFC 9110, 12.5.3",
    reason="curl, Java and PHP send none, and undo no coding.",
)
CLIENTS_CONNECTION = Requirement(
    "clients.connection",
    MUST,
    title="HTTP/1.0 and Connection: close get a whole response, and HTTP/1.0 gets no chunks",
    source="RFC 9112, 6.1, 6.3 and 9.3",
    reason="Old clients and health checks read to the end of the connection.",
)
CLIENTS_HTTP_VERSION = Requirement(
    "clients.http-version",
    SHOULD,
    title="HTTP/1.0 is not refused",
    source="RFC 9110, 2.5",
    reason="PHP before version 8 and several proxies use it by default.",
)
CLIENTS_COOKIES = Requirement(
    "clients.cookies",
    MUST,
    title="a cookie that a valid call has set is no credential, and disturbs no valid call",
    source="Call: api_user and api_key are sent with each call",
    reason="A cookie that is valid after the key lets others in.",
)
CLIENTS_HEAD = Requirement(
    "clients.head",
    SHOULD,
    title="HEAD gets no 5xx",
    source="RFC 9110, 9.3.2",
    reason="Monitors and link checkers send it.",
)
CLIENTS_HEAD_STATUS = Requirement(
    "clients.head-status",
    MAY,
    title="HEAD gets the status of GET",
    source="RFC 9110, 9.3.2",
    reason="The API docs name no method but GET.",
)

# --- The two formats together, and calls together --------------------------------------------

CONSISTENCY_FORMATS = Requirement(
    "consistency.formats",
    MUST,
    title="both formats show the same account",
    source="Response: Success, in XML and JSON",
    reason="The bill must not depend on the format that a client reads.",
    formats=(),
)
CONSISTENCY_WHITE_SPACE = Requirement(
    "consistency.white-space",
    SHOULD,
    title="both formats write the package with the same white space around it",
    source="Response: Success, <package>Silver Package</package>",
    reason="A client that compares or shows the name has to trim it.",
    formats=(),
)
ISOLATION_CUSTOMERS = Requirement(
    "isolation.customers",
    MUST,
    title="each customer gets its own overview",
    source="Parameter user; View general account information regarding your customers",
    reason="One customer must not get another one's bill.",
)
ISOLATION_CONCURRENCY = Requirement(
    "isolation.concurrency",
    MUST,
    title="a response does not depend on other calls at the same time",
    source="Call",
    reason="State that calls share shows one customer's account to another.",
)

# --- Do the values make sense? ---------------------------------------------------------------

VALUES_REPUTATION = Requirement(
    "values.reputation",
    SHOULD,
    title="reputation is at most 100",
    source="Response: Success, <reputation>100</reputation>",
    reason="It is a percentage.",
)
VALUES_PACKAGE = Requirement(
    "values.package",
    SHOULD,
    title="package is not empty",
    source="Response: Success, Silver Package",
    reason="An empty name identifies nothing.",
)
VALUES_BALANCE = Requirement(
    "values.balance",
    SHOULD,
    title="credits_remain and credits_overage follow from credits_allowed and credits_used",
    source="Response: Success; 50000 allowed, 100000 used, 0 remain, 50000 overage",
    reason="An account has credits left, or an overage, never both.",
)
VALUES_CYCLE = Requirement(
    "values.cycle",
    SHOULD,
    title="the billing cycle starts, ends and is processed in that order",
    source="Response: Success; 2010-08-30, 2010-09-29, 2010-09-30",
    reason="A cycle that ends before it starts is billed twice, or never.",
)
VALUES_EXPECTED = Requirement(
    "values.expected",
    MUST,
    title="each overview holds the values that the operator expects",
    source="Response: Success",
    reason="Only known values reveal an error that both formats share.",
)
CONSISTENCY_COUNTERS = Requirement(
    "consistency.counters",
    SHOULD,
    title="no count of a cycle decreases, and package and dates do not return to earlier ones",
    source="Response: Success; View general account information",
    reason="Reading an overview does not change it.",
)

CATALOGUE: tuple[Requirement, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Requirement)
)
"""Every requirement, in the order of reports."""

OF_KIND = {
    Kind.COUNT: SUCCESS_COUNTS,
    Kind.DATE: SUCCESS_DATES,
    Kind.TEXT: SUCCESS_PACKAGE,
}
"""The requirement that says how a value of each kind is written."""

_BY_ID = {requirement.id: requirement for requirement in CATALOGUE}


def by_id(id: str) -> Requirement:
    """Return the requirement with this id. Raises KeyError if there is none."""
    return _BY_ID[id]


def column_of(format: Format | None) -> str:
    """Return how a report names this format. None means a comparison of both."""
    return format.value if format else "both"
