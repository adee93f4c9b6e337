"""Invalid statuses and bodies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Reference, Response
from reseller_conformance.requirements import (
    BOTH,
    HTTP_BODY,
    HTTP_ERROR_STATUS,
    HTTP_REDIRECT,
    HTTP_SERVER_ERROR,
    HTTP_STATUS,
    REQUEST_ARRAY,
    REQUEST_SPECIAL_TEXT,
    SUCCESS_RETURNED,
    Requirement,
)

from .due import RIGHT
from .registry import (
    JSON,
    XML,
    When,
    about,
    calls_that_are,
    fault,
    sent,
    suffix,
)

SUCCESS, ERROR = calls_that_are(valid=True), calls_that_are(valid=False)


def changed_response(
    name: str,
    description: str,
    change: Callable[[Response], Response],
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
    when: When | None = None,
) -> None:
    fault(
        fails=fails,
        also=also,
        formats=formats,
        when=when,
        after=Reference.respond,
        family=name,
        name=f"{name}{suffix(formats)}",
        description=description,
    )(change)


def status(code: int, **headers: str) -> Callable[[Response], Response]:
    return lambda found: replace(found, status=code, headers=(*found.headers, *headers.items()))


# --- The status ----------------------------------------------------------------------------------

for _code in (400, 401, 403, 404, 406, 410, 418):
    changed_response(
        f"success_with_{_code}",
        f"an overview has status {_code}",
        status(_code),
        fails=HTTP_STATUS,
        when=SUCCESS,
    )
changed_response(
    "success_with_404",
    "an overview has status 404",
    status(404),
    fails=HTTP_STATUS,
    when=SUCCESS,
    formats=XML,
)
changed_response(
    "second_customer_with_404",
    "the second customer's overview has status 404",
    status(404),
    fails=HTTP_STATUS,
    when=about(1),
)
for _code in (500, 501, 505, 507, 599):
    changed_response(
        f"success_with_{_code}",
        f"an overview has status {_code}",
        status(_code),
        fails=SUCCESS_RETURNED,
        when=SUCCESS,
    )
    changed_response(
        f"second_customer_with_{_code}",
        f"the second customer's overview has status {_code}",
        status(_code),
        fails=HTTP_SERVER_ERROR,
        also=(SUCCESS_RETURNED, HTTP_STATUS),
        when=about(1),
    )
    changed_response(
        f"error_with_{_code}",
        f"an error has status {_code}",
        status(_code),
        fails=HTTP_SERVER_ERROR,
        also=(HTTP_ERROR_STATUS,),
        when=ERROR,
    )
for _formats in (JSON, XML):
    changed_response(
        "error_with_500",
        "an error has status 500",
        status(500),
        fails=HTTP_SERVER_ERROR,
        also=(HTTP_ERROR_STATUS,),
        when=ERROR,
        formats=_formats,
    )
for _code in (301, 302, 303, 307, 308):
    changed_response(
        f"success_with_{_code}",
        f"an overview is a redirect with {_code}",
        status(_code, Location="https://elsewhere.invalid/apiv2/reseller.account.json"),
        fails=SUCCESS_RETURNED,
        when=SUCCESS,
    )
    changed_response(
        f"second_customer_with_{_code}",
        f"the second customer's overview is a redirect with {_code}",
        status(_code, Location="/apiv2/overview/newsletter"),
        fails=HTTP_REDIRECT,
        also=(SUCCESS_RETURNED, HTTP_STATUS),
        when=about(1),
    )
    changed_response(
        f"error_with_{_code}",
        f"an error is a redirect with {_code}",
        status(_code, Location="/login"),
        fails=HTTP_REDIRECT,
        also=(HTTP_ERROR_STATUS,),
        when=ERROR,
    )
changed_response(
    "error_with_302",
    "an error is a redirect",
    status(302, Location="/login"),
    fails=HTTP_REDIRECT,
    also=(HTTP_ERROR_STATUS,),
    when=ERROR,
    formats=XML,
)
for _code in (200, 201, 202, 203, 206):
    changed_response(
        f"error_with_{_code}",
        f"an error has status {_code}",
        status(_code),
        fails=HTTP_ERROR_STATUS,
        when=ERROR,
    )
for _formats in (JSON, XML):
    changed_response(
        "error_with_200",
        "an error has status 200",
        status(200),
        fails=HTTP_ERROR_STATUS,
        when=ERROR,
        formats=_formats,
    )
changed_response(
    "unknown_user_with_200",
    "the error about an unknown user has status 200, others do not",
    status(200),
    fails=HTTP_ERROR_STATUS,
    when=lambda: lambda request: sent(request).get("user") not in (None, "", *RIGHT["user"]),
)


def missing(parameter: str) -> When:
    return lambda: lambda request: not any(n.startswith(parameter) for n in sent(request))


for _parameter in PARAMETERS:
    changed_response(
        f"error_without_{_parameter}_with_500",
        f"a call without {_parameter} gets a 500 with an error envelope",
        status(500),
        fails=HTTP_SERVER_ERROR,
        also=(HTTP_ERROR_STATUS, REQUEST_ARRAY, REQUEST_SPECIAL_TEXT),
        when=missing(_parameter),
    )
    changed_response(
        f"error_without_{_parameter}_redirects",
        f"a call without {_parameter} is sent to another place",
        lambda _: Response(302, "text/html", b"<p>Sign in.</p>", (("Location", "/login"),)),
        fails=HTTP_REDIRECT,
        also=(HTTP_ERROR_STATUS, REQUEST_ARRAY, REQUEST_SPECIAL_TEXT),
        when=missing(_parameter),
        formats=BOTH,
    )
    changed_response(
        f"error_without_{_parameter}_is_blank",
        f"a call without {_parameter} gets an empty body",
        lambda found: replace(found, body=b""),
        fails=HTTP_BODY,
        also=(REQUEST_ARRAY, REQUEST_SPECIAL_TEXT),
        when=missing(_parameter),
    )

# --- The body ------------------------------------------------------------------------------------

changed_response(
    "error_without_body",
    "an error has no body",
    lambda found: replace(found, body=b""),
    fails=HTTP_BODY,
    when=ERROR,
)
for _formats in (JSON, XML):
    changed_response(
        "error_without_body",
        "an error has no body",
        lambda found: replace(found, body=b""),
        fails=HTTP_BODY,
        when=ERROR,
        formats=_formats,
    )
changed_response(
    "second_customer_without_body",
    "the second customer's overview has no body",
    lambda found: replace(found, body=b""),
    fails=HTTP_BODY,
    also=(SUCCESS_RETURNED,),
    when=about(1),
)
changed_response(
    "error_with_204",
    "an error is a 204 without content",
    lambda found: replace(found, status=204, body=b""),
    fails=HTTP_BODY,
    also=(HTTP_ERROR_STATUS,),
    when=ERROR,
)
changed_response(
    "error_with_205",
    "an error is a 205, whose content clients do not read",
    status(205),
    fails=HTTP_BODY,
    also=(HTTP_ERROR_STATUS,),
    when=ERROR,
)
changed_response(
    "success_with_205",
    "an overview is a 205, whose content clients do not read",
    status(205),
    fails=HTTP_BODY,
    when=SUCCESS,
)
changed_response(
    "error_of_white_space",
    "an error is nothing but a newline",
    lambda found: replace(found, body=b"\n"),
    fails=HTTP_BODY,
    when=ERROR,
)
