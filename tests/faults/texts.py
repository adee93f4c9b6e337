"""Special text that makes a server crash, redirect, send nothing, accept it or break a response."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import reduce
from urllib.parse import quote

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Reference, Refusal, Response
from reseller_conformance.requirements import (
    BOTH,
    ERRORS_LIST,
    HTTP_BODY,
    HTTP_ERROR_STATUS,
    HTTP_REDIRECT,
    HTTP_SERVER_ERROR,
    READABLE_ENCODING,
    READABLE_FORMAT,
    READABLE_SYNTAX,
    REJECTS_COMBINED,
    REQUEST_ATTACK_TEXT,
    REQUEST_SPECIAL_TEXT,
    Requirement,
)

from .due import RIGHT, WRONG
from .registry import ACCOUNTS, FAULTS, JSON, XML, Fault, fault, register, suffix
from .writing import json_answer, xml_answer

Parameters = Sequence[tuple[str, str]]
Test = Callable[[str], bool]


class OnText(Reference):
    """Responds differently if a value is invalid and contains special text of this kind."""

    def __init__(
        self,
        odd: Test,
        write: Callable[[Reference, Format, Parameters], Response],
        names: Sequence[str] = PARAMETERS,
    ) -> None:
        super().__init__(ACCOUNTS)
        self.odd, self.write, self.names = odd, write, names

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        for name, value in parameters:
            if name in self.names and value not in RIGHT[name] and self.odd(value):
                return self.write(Reference(ACCOUNTS), wanted, parameters)
        return super().answer(wanted, parameters)


def crash(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    page = "<!DOCTYPE html><h1>500</h1><pre>Traceback (most recent call last):\n  File …</pre>"
    return Response(500, "text/html; charset=utf-8", page.encode())


def envelope(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return self.refuse(wanted, Refusal(500, ("Something went wrong.",)))


def blank(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return Response(200, "text/html", b"")


def redirect(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return Response(302, "text/html", b"<p>Moved.</p>", (("Location", "/login"),))


def forbidden(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    page = "<html><head><title>403 Forbidden</title></head><body>Firewall</body></html>"
    return Response(403, "text/html", page.encode())


def filtered(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    if wanted is Format.JSON:
        return json_answer('{"message": "error", "errors": []}', 400)
    return xml_answer("<result><message>error</message><errors/></result>", 400)


def overview(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return self.show(wanted, self.accounts.resellers[0].customers[0])


def holds(*texts: str) -> Test:
    return lambda value: any(text in value for text in texts)


def above(limit: int) -> Test:
    return lambda value: any(ord(character) > limit for character in value)


def longer(length: int) -> Test:
    return lambda value: len(value) > length


ODD: dict[str, tuple[str, Test]] = {
    "apostrophe": ("an apostrophe", holds("'")),
    "quote": ("a double quote", holds('"')),
    "backslash": ("a backslash", holds("\\")),
    "percent": ("a percent sign", holds("%")),
    "angle": ("an opening angle bracket", holds("<")),
    "ampersand": ("an ampersand", holds("&")),
    "semicolon": ("a semicolon", holds(";")),
    "plus": ("a plus sign", holds("+")),
    "hash": ("a hash", holds("#")),
    "slash": ("a slash", holds("/")),
    "braces": ("a brace", holds("{")),
    "dollar": ("a dollar sign", holds("$")),
    "backquote": ("a backquote", holds("`")),
    "format": ("a placeholder of printf", holds("%s", "%n", "%d")),
    "tag": ("a tag", lambda value: re.search("<[a-z]", value) is not None),
    "script": ("a script", holds("<script")),
    "comment_of_sql": ("two hyphens", holds("--")),
    "end_of_cdata": ("the end of a CDATA section", holds("]]>")),
    "parents": ("a way up in a file system", holds("../")),
    "nul_escape": ("an encoded NUL, encoded", holds("%00")),
    "space": ("a space", holds(" ")),
    "only_space": ("nothing but spaces", lambda value: value != "" and not value.strip()),
    "minus": ("a leading hyphen", lambda value: value.startswith("-")),
    "number": ("nothing but digits", lambda value: value.isdecimal()),
    "not_ascii": ("a character beyond ASCII", above(0x7F)),
    "latin_1": (
        "an accent",
        lambda value: any("\xc0" <= character <= "\xff" for character in value),
    ),
    "not_latin_1": ("a character beyond ISO-8859-1", above(0xFF)),
    "cjk": ("an ideograph", lambda value: any("一" <= character <= "鿿" for character in value)),
    "astral": ("a character beyond 16 bits", above(0xFFFF)),
    "emoji": (
        "an emoji",
        lambda value: any("\U0001f300" <= character < "\U0001fb00" for character in value),
    ),
    "right_to_left": (
        "a right-to-left letter",
        lambda value: any(
            unicodedata.bidirectional(character) in ("R", "AL") for character in value
        ),
    ),
    "combining": ("a combining accent", lambda value: any(map(unicodedata.combining, value))),
    "no_break_space": ("a no-break space", holds("\u00a0")),
    "line_separator": ("a line separator", holds("\u2028")),
    "zero_width": ("a zero-width space", holds("\u200b")),
    "sharp_s": ("a letter that grows in capitals", holds("ß")),
    "dotless_i": (
        "a letter whose case depends on the country",
        lambda value: any(c in "İı" for c in value),
    ),
    "private": (
        "a private-use character",
        lambda value: any(unicodedata.category(c) == "Co" for c in value),
    ),
    "over_64": ("more than 64 characters", longer(64)),
    "over_100": ("more than 100 characters", longer(100)),
    "over_128": ("more than 128 characters", longer(128)),
    "over_200": ("more than 200 characters", longer(200)),
    "all_255": ("255 characters", longer(254)),
    "over_255_bytes": ("more than 255 bytes", lambda value: len(value.encode()) > 255),
    "bracket": ("a square bracket", holds("[")),
    "bar": ("a vertical bar alone", lambda value: re.search(r"\|(?!x)", value) is not None),
    "tilde": ("a tilde", holds("~")),
    "typographic": ("a typographic apostrophe", holds("\u2019")),
    "soft_hyphen": ("a soft hyphen", holds("\u00ad")),
}
"""Kinds of special text that implementers forget."""

ATTACKS = ("script", "comment_of_sql", "parents")
"""Kinds that only texts that look like an attack contain: a 403 is probably a firewall's."""

FALLS = {
    "crashes": crash,
    "gets_a_500_envelope": envelope,
    "is_blank": blank,
    "redirects": redirect,
    "is_forbidden": forbidden,
    "is_let_in": overview,
}


ALSO = {
    "crashes": (HTTP_SERVER_ERROR,),
    "gets_a_500_envelope": (HTTP_SERVER_ERROR, HTTP_ERROR_STATUS),
    "is_blank": (HTTP_BODY,),
    "redirects": (HTTP_REDIRECT,),
    "is_forbidden": (READABLE_FORMAT,),
    "is_let_in": (REJECTS_COMBINED, *WRONG.values()),
}
"""Requirements that also fail, because a plain invalid value may contain the same text."""

PLAIN = ("ampersand", "number")
"""Kinds that plain invalid values contain as well: these values are reported first."""

NEAR = ("accent", "not_latin_1", "astral", "emoji")
"""Kinds that a near miss has at its end: if it is accepted, this is reported first."""


def seed(
    name: str,
    description: str,
    make: Callable[[], Reference],
    *,
    fails: Requirement = REQUEST_SPECIAL_TEXT,
    also: Sequence[Requirement] = (READABLE_ENCODING, READABLE_SYNTAX, READABLE_FORMAT, HTTP_BODY),
    **rest: object,
) -> None:
    fault(name=name, description=description, fails=fails, also=also, **rest)(make)


def falling(parameter: str, odd: str, how: str, formats: Sequence[Format] = BOTH) -> None:
    """Register that a value with such text fails in such a way, in one parameter or in any."""
    said, test = ODD[odd]
    names = PARAMETERS if parameter == "text" else (parameter,)
    plain = {"crashes": HTTP_SERVER_ERROR, "is_let_in": WRONG.get(parameter, REQUEST_SPECIAL_TEXT)}
    # each format gets some of the near misses, and of the plain invalid values
    by_chance = how == "is_let_in" and formats != BOTH
    told_first = odd in PLAIN or (odd in NEAR and how == "is_let_in" and formats == BOTH)
    fails = plain.get(how, REQUEST_SPECIAL_TEXT) if told_first else REQUEST_SPECIAL_TEXT
    if odd in ATTACKS and how == "is_forbidden":
        fails = REQUEST_ATTACK_TEXT
    seed(
        f"{parameter}_with_{odd}_{how}{suffix(formats)}",
        f"{'a value' if parameter == 'text' else parameter} with {said} {how.replace('_', ' ')}",
        lambda: OnText(test, FALLS[how], names),
        formats=formats,
        fails=fails,
        also=(REQUEST_SPECIAL_TEXT, *ALSO[how]),
        by_chance=by_chance,
    )


for _name in ODD:
    falling("text", _name, "crashes")
for _number, _name in enumerate(ODD):
    _how = list(FALLS)[_number % 6]
    falling(PARAMETERS[_number % 4], _name, _how, (BOTH, JSON, XML)[_number % 3])
for _parameter in PARAMETERS:
    for _how in FALLS:
        if f"{_parameter}_with_not_latin_1_{_how}" not in FAULTS:
            falling(_parameter, "not_latin_1", _how)

for _name in ATTACKS:
    _said, _test = ODD[_name]
    seed(
        f"text_with_{_name}_gets_an_error_without_texts",
        f"a filter of the implementation's own drops the error texts for {_said}",
        lambda test=_test: OnText(test, filtered),
        also=(ERRORS_LIST,),  # plain invalid values contain two hyphens too
    )

# --- Responses that the repeated text breaks -----------------------------------------------------


def echo(wanted: Format, value: str, prefix: str = "Unknown: ") -> Response:
    """Refuse, and repeat the value unescaped."""
    if wanted is Format.JSON:
        return json_answer(f'{{"message": "error", "errors": ["{prefix}{value}"]}}', 400)
    errors = f"<message>error</message><errors><error>{prefix}{value}</error></errors>"
    return xml_answer(f"<result>{errors}</result>", 400)


def echoing(*names: str, change: Callable[[str], str] = str) -> Callable[[], Reference]:
    """Make a reference that repeats the first invalid value of these, without escaping it."""

    def write(self: Reference, wanted: Format, parameters: Parameters) -> Response:
        wrong = [value for n, value in parameters if n in names and value not in RIGHT[n]]
        return echo(wanted, change(wrong[0]))

    return lambda: OnText(bool, write, names)


for _formats in (JSON, XML):
    for _parameter in ("user", "task", "api_user"):
        seed(
            f"{_parameter}_echoed_unescaped_in_{_formats[0]}",
            f"an invalid {_parameter} is repeated unescaped",
            echoing(_parameter),
            formats=_formats,
        )
seed(
    "user_echoed_with_quotes_escaped_as_for_sql",
    "an invalid user is repeated with a backslash before an apostrophe, which is not JSON",
    echoing(
        "user", change=lambda v: v.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")
    ),
    formats=JSON,
)
seed(
    "user_echoed_without_backslashes_escaped",
    "an invalid user is repeated in JSON with quotes escaped, and backslashes not",
    echoing("user", change=lambda v: v.replace('"', '\\"')),
    formats=JSON,
)
seed(
    "user_echoed_with_entities_of_html",
    "an invalid user is repeated in XML with the entities of HTML",
    echoing("user", change=lambda v: "".join(ENTITIES.get(c, c) for c in v)),
    formats=XML,
)
seed(
    "user_echoed_with_angles_only_escaped",
    "an invalid user is repeated in XML with angle brackets escaped, and ampersands not",
    echoing("user", change=lambda v: v.replace("<", "&lt;").replace(">", "&gt;")),
    formats=XML,
)
seed(
    "user_echoed_in_cdata",
    "an invalid user is repeated in a CDATA section, which it may end",
    echoing("user", change=lambda v: f"<![CDATA[{v}]]>"),
    formats=XML,
)
ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "é": "&eacute;",
    "ß": "&szlig;",
    "\u00a0": "&nbsp;",
}
ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "\\\\", '"': '\\"'}


class Bytes(Reference):
    """Repeats an invalid user in bytes that do not decode."""

    def __init__(self, json: Callable[[str], bytes], xml: Callable[[str], bytes]) -> None:
        super().__init__(ACCOUNTS)
        self.writers = {Format.JSON: json, Format.XML: xml}

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        user = dict(parameters).get("user")
        response = super().answer(wanted, parameters)
        if not user or response.status == 200:
            return response
        escapes = {c: e for c, e in ESCAPED.items() if (c in '\\"') is (wanted is Format.JSON)}
        echoed = echo(wanted, "@@", "Unknown: ")
        escaped = "".join(escapes.get(character, character) for character in user)
        body = echoed.body.replace(b"ISO-8859-1", b"UTF-8")
        body = body.replace(b"@@", self.writers[wanted](escaped))
        return Response(400, f"application/{wanted}", body)


def utf_8(text: str) -> bytes:
    return text.encode()


WRONG_BYTES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "in_latin_1": ("in ISO-8859-1", lambda text: text.encode("iso-8859-1", "replace")),
    "in_windows_1252": ("in Windows-1252", lambda text: text.encode("cp1252", "replace")),
    "in_cesu_8": (
        "with two times three bytes for a character beyond 16 bits",
        lambda text: re.sub("[^\0-\uffff]", lambda _: "\ud83d\ude00", text).encode(
            "utf-8", "surrogatepass"
        ),
    ),
}
for _name, (_said, _write) in WRONG_BYTES.items():
    for _formats in (JSON, XML):
        seed(
            f"user_echoed_{_name}_in_{_formats[0]}",
            f"an invalid user is repeated {_said}",
            lambda write=_write: Bytes(write, write),
            formats=_formats,
        )
for _bytes in (40, 41):
    seed(
        f"user_echoed_cut_after_{_bytes}_bytes",
        f"an invalid user is cut after {_bytes} bytes, even within a character",
        lambda most=_bytes: Bytes(
            lambda t: t.replace("\\", "").replace('"', "").encode()[:most], utf_8
        ),
        formats=JSON,
    )
seed(
    "user_echoed_with_half_pairs",
    "an invalid user is repeated in escapes for JSON, cut within a pair of surrogates",
    lambda: Bytes(
        lambda t: "".join("\\ud83d" if c > "\uffff" else c for c in t).encode(),
        utf_8,
    ),
    formats=JSON,
)
seed(
    "user_echoed_with_references_to_pairs",
    "an invalid user is repeated with a reference to each half of a pair of surrogates",
    lambda: Bytes(
        utf_8,
        lambda t: "".join("&#55357;&#56832;" if c > "\uffff" else c for c in t).encode(),
    ),
    formats=XML,
)
seed(
    "empty_errors_for_text_beyond_latin_1",
    "an error text that cannot be written in ISO-8859-1 is left out, and the response with it",
    lambda: OnText(above(0xFF), lambda *_: Response(400, "application/xml", b""), ("user",)),
    formats=XML,
)
seed(
    "message_of_errors_in_the_other_format",
    "a value with an angle bracket is refused in JSON by a filter in front",
    lambda: OnText(
        holds("<"),
        lambda self, *_: self.refuse(Format.JSON, Refusal(400, ("Bad request",))),
    ),
    formats=XML,
)

# --- Responses that repeat another text ----------------------------------------------------------


class Damaged(Reference):
    """Repeats an invalid user, escaped correctly in each format, but damaged before."""

    def __init__(self, damage: Callable[[str], str], formats: Sequence[Format]) -> None:
        super().__init__(ACCOUNTS)
        self.damage, self.formats = damage, formats

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        user = dict(parameters).get("user")
        response = super().answer(wanted, parameters)
        if not user or response.status == 200:
            return response
        said = self.damage(user) if wanted in self.formats else user
        return self.refuse(wanted, Refusal(404, (f"No such user: {said}",)))


DAMAGED: dict[str, tuple[str, Callable[[str], str], Sequence[Sequence[Format]]]] = {
    "misread_as_latin_1": (
        "with its bytes read as ISO-8859-1",
        lambda text: text.encode().decode("latin-1"),
        (BOTH, JSON, XML),
    ),
    "misread_twice": (
        "with its bytes read as Windows-1252, twice",
        lambda text: reduce(lambda t, _: t.encode().decode("cp1252", "replace"), "12", text),
        (BOTH,),
    ),
    "misread_as_cp437": (
        "with its bytes read as the code page of a DOS console",
        lambda text: text.encode().decode("cp437"),
        (XML,),
    ),
    "misread_as_koi8": (
        "with its bytes read as KOI8-R",
        lambda text: text.encode().decode("koi8-r"),
        (JSON,),
    ),
    "kept_in_latin_1": (
        "with question marks for characters beyond ISO-8859-1",
        lambda text: text.encode("latin-1", "replace").decode("latin-1"),
        (BOTH,),
    ),
    "kept_in_three_bytes": (
        "with question marks for characters of four bytes",
        lambda text: re.sub("[^\0-\uffff]", "????", text),
        (BOTH, JSON),
    ),
    "kept_in_ascii": (
        "with question marks for characters beyond ASCII",
        lambda text: text.encode("ascii", "replace").decode(),
        (JSON, XML),
    ),
    "without_what_is_beyond_ascii": (
        "without the characters that ASCII does not have",
        lambda text: text.encode("ascii", "ignore").decode(),
        (XML,),
    ),
    "with_replacement_characters": (
        "with U+FFFD for characters beyond ASCII",
        lambda text: text.encode().decode("ascii", "replace"),
        (BOTH,),
    ),
    "cut_at_four_bytes": (
        "up to its first character of four bytes",
        lambda text: re.split("[^\0-\uffff]", text, maxsplit=1)[0],
        (BOTH, XML),
    ),
    "escaped_twice": ("escaped twice", html.escape, (JSON, XML)),
    "resolved_once_too_often": ("with its references resolved", html.unescape, (XML,)),
    "with_slashes": (
        "with a backslash before each quote",
        lambda text: re.sub(r"""(['"\\])""", r"\\\1", text),
        (JSON,),
    ),
    "percent_encoded": ("percent-encoded", quote, (XML,)),
    "in_escapes_of_json": (
        "in escapes of JSON, which XML does not know",
        lambda text: json.dumps(text)[1:-1],
        (XML,),
    ),
}
for _name, (_said, _damage, _all_formats) in DAMAGED.items():
    for _formats in _all_formats:
        # The other format repeats the whole text, so the fault is not limited to its requests.
        register(
            Fault(
                f"user_echoed_{_name}{suffix(_formats)}",
                f"an invalid user is repeated {_said}",
                READABLE_ENCODING,
                lambda damage=_damage, formats=_formats: Damaged(damage, formats),
                formats=tuple(_formats),
                family="user_echoed_damaged",
            )
        )
