"""Texts that errors repeat: which changes are damage, and which a server may make on purpose."""

import html
import json

import pytest

from made_responses import response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import Text
from reseller_conformance.checks import echo
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format

SENT = "Zoë &amp; 漢字 \U0001f600 Jr"


def error(said: str, sent: str = SENT, format: Format = Format.JSON):
    case = Case(format, user=Text(sent))
    if format is Format.JSON:
        return response_to(case, 404, json.dumps({"message": "error", "errors": [said]}).encode())
    errors = f"<errors><error>{html.escape(said)}</error></errors>"
    body = f"<result><message>error</message>{errors}</result>".encode()
    return response_to(case, 404, body, "application/xml")


def actual(check, subject) -> list[str]:
    return [violation.actual for violation in check(subject)]


def differing(sent: str, said: str) -> list[str]:
    """Return what differs where JSON repeats a text as it was sent, and XML like this."""
    return actual(echo.differs, [error(f"No: {said}.", sent, Format.XML), error(sent, sent)])


WHOLE = "each character of the text that was sent: 'Zoë 漢 😀 Jr'"


@pytest.mark.parametrize(
    ("check", "said", "shown", "hint"),
    [
        (echo.garbled, "Zo?? 漢 😀 Jr", "Zo?? 漢 😀 Jr", ""),
        (
            echo.differs,
            "Zoë ? ? Jr",
            "Zoë ? ? Jr",
            "the same error in json repeats it as it was sent",
        ),
        (
            echo.cut,
            "Zoë 漢",
            "Zoë 漢",
            "a longer text comes back whole: json, user 'xxxxxxxxxxxxxxxxxxxx'",
        ),
    ],
)
def test_a_violation_shows_what_was_sent_and_what_came_back(check, said, shown, hint):
    sent = "Zoë 漢 😀 Jr"
    response = error(f"No such user: {said}", sent, Format.XML)
    other = {echo.differs: error(sent, sent), echo.cut: error("x" * 20, "x" * 20)}.get(check)
    [violation] = check((response, other) if other else response)
    assert violation == Violation(response, "errors", WHOLE, repr(shown), hint)
    assert violation.where.text == shown


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.encode().decode("cp1252", "replace"),
        lambda text: text.encode().decode("mac-roman"),
        lambda text: text.encode().decode("latin-1").encode().decode("latin-1"),
        lambda text: text.encode().decode("ascii", "replace"),
        lambda text: text.encode("latin-1", "replace").decode("latin-1"),
        lambda text: text.replace("\U0001f600", "????"),
    ],
)
def test_a_text_in_another_encoding_is_garbled(damage):
    for format in Format:
        [shown] = actual(echo.garbled, error(f"No such user: {damage(SENT)}.", format=format))
        assert shown.startswith("'Zo")


@pytest.mark.parametrize(
    "said",
    [
        SENT,
        SENT.upper(),
        html.escape(SENT),
        SENT[:7],
        SENT.encode("ascii", "replace").decode(),
        SENT.encode("ascii", "ignore").decode(),
        "Ã© No such user",
        "",
    ],
)
def test_a_text_that_is_cut_escaped_or_left_out_is_not_garbled(said):
    assert actual(echo.garbled, error(f"No such user: {said}")) == []


def test_a_short_text_is_not_looked_for():
    assert actual(echo.garbled, error("n'est pas trouvÃ©", "é")) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (SENT, html.escape(SENT)),
        (SENT, html.unescape(SENT)),
        (SENT, SENT.encode("ascii", "ignore").decode()),
        (SENT, SENT.encode("ascii", "replace").decode()),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("o'brien", "o\\'brien"),
        ("o'brien", "o&#039;brien"),
        ("a b", "a+b"),
    ],
)
def test_a_text_that_one_format_escapes_or_loses_differs(sent, said):
    whole, damaged = error(sent, sent), error(f"No: {said}.", sent, Format.XML)
    [pair] = echo.pairs_of_formats([damaged], [whole])
    assert actual(echo.differs, pair) == [repr(said)]
    [reverse] = echo.pairs_of_formats([whole], [damaged])
    assert actual(echo.differs, reverse) == []


def test_a_text_that_both_formats_escape_does_not_differ():
    escaped = [error(html.escape(SENT), format=format) for format in Format]
    assert actual(echo.differs, escaped) == []


def test_errors_for_different_texts_are_no_pair():
    assert list(echo.pairs_of_formats([error("no")], [error("no", "o'brien", Format.XML)])) == []


def test_a_text_is_cut_at_four_bytes_where_a_longer_one_comes_back_whole():
    long = "x" * 40
    cut, longer = error("No such user: Zoë &amp; 漢字"), error(long, long)
    [pair] = echo.pairs_of_lengths([cut, longer])
    assert actual(echo.cut, pair) == ["'Zoë &amp; 漢字'"]
    for whole in (error(f"No such user: {SENT}"), error("No such user")):
        [pair] = echo.pairs_of_lengths([whole, longer])
        assert actual(echo.cut, pair) == []


def test_where_every_long_text_is_cut_none_is_cut_at_four_bytes():
    cut = error("No such user: Zoë &amp; 漢字")
    assert list(echo.pairs_of_lengths([cut, error("x" * 14, "x" * 40)])) == []
    assert list(echo.pairs_of_lengths([cut, error("o'brien", "o'brien")])) == []


def test_a_body_that_cannot_be_read_as_it_is_has_a_cause_of_its_own():
    garbled = error(SENT.encode().decode("latin-1"))
    broken = garbled.exchange.body.removesuffix(b"}")
    assert actual(echo.garbled, response_to(garbled.case, 404, broken)) == []
