"""Texts that errors repeat: which changes are damage, and which a server may make on purpose."""

import html
import json
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from made_responses import overview, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State, Text
from reseller_conformance.checks import echo
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format

SENT = "Zoë &amp; 漢字 \U0001f600 Jr"


def error(said: str, sent: str = SENT, format: Format = Format.JSON):
    case = Case(format, user=Text(sent))
    if format is Format.JSON:
        body = json.dumps({"message": "error", "errors": [said]}, ensure_ascii=False)
        return response_to(case, 404, body.encode())
    errors = f"<errors><error>{html.escape(said)}</error></errors>"
    body = f"<result><message>error</message>{errors}</result>".encode()
    return response_to(case, 404, body, "application/xml")


def actual(check, subject) -> list[str]:
    return [violation.actual for violation in check(subject)]


FORMS = ("NFC", "NFD", "NFKC", "NFKD")


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


READ_AS = ["latin-1", "cp1252", "iso8859-15", "cp1250", "cp1251", "cp437", "cp850", "mac-roman"]
READ_AS += ["iso8859-2", "iso8859-9", "cp1253", "koi8-r", "cp866"]


@pytest.mark.parametrize("encoding", READ_AS)
def test_a_text_that_is_read_in_another_encoding_is_garbled(encoding):
    misread = SENT.encode().decode(encoding, "replace")
    for shown in (misread, re.sub("[\x80-\x9f\ufffd]", "", misread)):
        found = actual(echo.garbled, error(f"No such user: {shown}."))
        assert len(found) == 1, "control characters may be left out"
        assert found[0].startswith("'Zo")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_text_that_is_read_in_another_encoding_twice_is_garbled(encoding):
    for sent in (SENT, "Anna Жπ"):
        misread = sent.encode().decode(encoding, "replace").encode().decode(encoding, "replace")
        assert len(actual(echo.garbled, error(f"No such user: {misread}.", sent))) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.encode().decode("ascii", "replace"),
        lambda text: text.encode("latin-1", "replace").decode("latin-1"),
        lambda text: text.replace("\U0001f600", "????"),
    ],
)
def test_a_text_in_which_some_characters_are_replaced_is_garbled(damage):
    for format in Format:
        [shown] = actual(echo.garbled, error(f"No such user: {damage(SENT)}.", format=format))
        assert shown.startswith("'Zo")


@pytest.mark.parametrize(
    ("sent", "said"),
    [("Anna ë 漢", "Anna ë ?"), ("Anna 漢é", "Anna ?é"), ("Anna ë漢", "Anna ë???")],
)
def test_a_text_that_ends_in_replaced_characters_is_garbled(sent, said):
    assert actual(echo.garbled, error(f"No such user: {said}", sent)) == [repr(said)]


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


@given(sent=st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=3, max_size=64))
@example(sent="\xa8\xec\u0111OÿL^1\u010edu")
@example(sent="？éANNA")
def test_a_text_without_what_ascii_cannot_hold_is_not_garbled(sent):
    for errors in ("replace", "ignore", "xmlcharrefreplace", "backslashreplace"):
        said = sent.encode("ascii", errors).decode()
        assert actual(echo.garbled, error(f"Not found: {said}", sent)) == []


@pytest.mark.parametrize(
    ("sent", "count"), [("é", 0), ("éa", 0), ("éab", 1), ("éa" * 32, 1), ("éa" * 32 + "b", 0)]
)
def test_texts_of_three_to_sixty_four_characters_are_looked_for(sent, count):
    assert len(actual(echo.garbled, error(f"non: {sent.replace('é', 'Ã©')}", sent))) == count


def test_a_key_is_not_looked_for():
    made = error("No Zo?? 漢")
    case = Case(Format.JSON, api_key=Text("Zoë 漢"))
    keyed = response_to(case, 404, made.exchange.body)
    assert actual(echo.garbled, keyed) == []
    assert list(echo.pairs_of_formats([keyed], [keyed])) == []


@pytest.mark.parametrize(("sent", "count"), [("ab漢1c漢d", 1), ("ab漢漢漢漢c", 0)])
def test_question_marks_count_beside_four_letters_and_digits(sent, count):
    """Fewer letters may be there by chance."""
    replaced = sent.replace("漢", "?", 1).replace("漢", "??")
    assert (
        len(actual(echo.differs, [error(replaced, sent), error(sent, sent, Format.XML)])) == count
    )


def test_question_marks_alone_are_no_text_that_came_back():
    assert differing("漢字漢字", "????") == []


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


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("o'brien", "o&#39;brien"),
        ("o'brien", "o&#x27;brien"),
        ("o'brien", "o&apos;brien"),
        ("o'brien", "o''brien"),
        ("o'brien", r"o\u0027brien"),
        ("o'brien", "o%27brien"),
        ("a/b", "a%2Fb"),
        ("a/b", "a%2fb"),
        ("a/b", r"a\/b"),
        ("a b", "a%20b"),
        ("a<b", r"a\u003cb"),
        ("a<b", r"a\u003Cb"),
        ("ZoëJ", "Zo&euml;J"),
        ("ZoëJ", "Zo&#xeb;J"),
        ("ZoëJ", "Zo&#xEB;J"),
        ("ZoëJ", r"Zo\u00ebJ"),
        ("ZoëJ", "Zo%C3%ABJ"),
        ("ZoëJ", "Zo%c3%abJ"),
        ("a\U0001f600b", r"a\ud83d\ude00b"),
        ("a\U0001f600b", "a&#128512;b"),
        ("a&amp;b", "a&b"),
        ("a&amp;b", "a&amp;amp;b"),
        ("a&amp;b", "a&#38;amp;b"),
        ("a&amp;b", "a%26amp%3Bb"),
        ("a&#38;b", "a&b"),
        ("a&#x2F;b", "a/b"),
        ("a&lt;b", r"a\u0026lt;b"),
    ],
)
def test_a_text_that_one_format_escapes_in_any_way_differs(sent, said):
    assert differing(sent, said) == [repr(said)]


@pytest.mark.parametrize("said", ["a<b", "a&b", "aXb", "a&#39b", "a&amp;b", "a'b", "a\tb", "a+b"])
def test_another_text_is_no_escape(said):
    assert differing("a/b", said) == []


@pytest.mark.parametrize(
    "form",
    [
        str.lower,
        str.upper,
        str.casefold,
        *(lambda text, form=form: unicodedata.normalize(form, text) for form in FORMS),
        lambda text: text.replace("ëßÅﬁǆ", "eßAfidz"),
        lambda text: text.replace("ëßÅﬁǆ", "ESSAFIDZ"),
    ],
    ids=["lower", "upper", "casefold", *FORMS, "no marks", "no marks in upper case"],
)
def test_a_text_in_another_case_or_composition_is_found_by_what_else_it_lost(form):
    sent = "Anna ẞ ëßÅﬁǆ 漢"
    lossy = form(sent).replace("漢", "?")
    assert differing(sent, form(sent)) == []
    assert differing(sent, lossy) == [repr(lossy)]


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


@pytest.mark.parametrize("first", ["o'brien", "abc\U0001f600x"])
def test_a_second_text_is_cut_beside_one_that_comes_back_whole(first):
    case = Case(Format.JSON, task=Text(first), user=Text(SENT))
    body = json.dumps({"message": "error", "errors": [f"No: {first}", "No: Zoë &amp; 漢字"]})
    pair = response_to(case, 404, body.encode()), error("x" * 40, "x" * 40)
    assert actual(echo.cut, pair) == ["'Zoë &amp; 漢字'"]


def cut(sent: str, said: str) -> list[str]:
    """Return what is cut of a text that comes back like this, where a long text comes back."""
    long = "x" * 200
    [pair] = echo.pairs_of_lengths([error(f"No: {said}", sent), error(long, long)])
    return actual(echo.cut, pair)


@pytest.mark.parametrize(("start", "count"), [("ab", 0), ("ab ", 0), ("abc", 1), ("a" * 70, 1)])
def test_three_characters_before_the_first_of_four_bytes_show_that_a_text_is_cut(start, count):
    assert len(cut(f"{start}\U0001f600de\U0001f600", start)) == count


def test_a_text_that_goes_on_with_four_bytes_is_not_cut():
    """Here the punctuation behind that character is dropped."""
    assert cut("ÃĤí\U00020048'qb", "ÃĤí\U00020048qb") == []
    assert cut("ÃĤí\U00020048'qb", "ÃĤí") == ["'ÃĤí'"]


def test_a_text_that_is_normalized_at_four_bytes_is_not_cut():
    assert cut("Zoë \N{MATHEMATICAL BOLD CAPITAL A} Jr", "Zoë A Jr") == []
    assert cut("Zoë \N{MATHEMATICAL BOLD CAPITAL A} Jr", "Zoë") == ["'Zoë'"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("m⬇f\U0001f600J", "m⬇fJ"),
        ("m⬇f\U0001f600", "m⬇f"),
        ("Zoë \U0001f600 \U0001f601 Jr", "Zoë   Jr"),
    ],
)
def test_a_text_without_its_characters_of_four_bytes_is_not_cut(sent, said):
    assert cut(sent, said) == []


@pytest.mark.parametrize(
    "written",
    ["\\U0010000d", "\\u{10000d}", "\\u{10000D}", "\\x{10000d}", "\\udbc0\\udc0d"],
)
def test_an_escaped_character_of_four_bytes_does_not_cut_a_text(written):
    assert cut("ğÍá\U0010000d", f"ğÍá{written}") == []
    assert cut("ğÍá\U0010000dJ", f"ğÍá{written}J") == []


def test_a_text_of_as_many_bytes_that_comes_back_whole_shows_that_the_length_is_not_the_reason():
    sent, same = "abc\U0001f600", "a" * 7
    [(short, longer)] = echo.pairs_of_lengths([error("No: abc", sent), error(same, same)])
    assert (short.case.user, longer.case.user) == (Text(sent), Text(same))
    shorter = error("a" * 6, "a" * 6)
    assert list(echo.pairs_of_lengths([error("No: abc", sent), shorter])) == []


def test_where_every_long_text_is_cut_none_is_cut_at_four_bytes():
    cut = error("No such user: Zoë &amp; 漢字")
    assert list(echo.pairs_of_lengths([cut, error("x" * 14, "x" * 40)])) == []
    assert list(echo.pairs_of_lengths([cut, error("o'brien", "o'brien")])) == []


MISREAD = SENT.encode().decode("latin-1")


def misread(status: int = 404, content_type: str = "application/json", mark: bytes = b"", **states):
    """Make an error that repeats a text in another encoding."""
    body = mark + error(MISREAD).exchange.body
    return response_to(
        Case(Format.JSON, **{"user": Text(SENT), **states}), status, body, content_type
    )


def test_a_response_that_has_a_cause_of_its_own_is_not_searched():
    assert actual(echo.garbled, misread())
    assert actual(echo.garbled, misread(mark=b"\xef\xbb\xbf")) == [], "not readable as it is"
    assert actual(echo.garbled, misread(status=500)) == [], "a failure of the server"
    assert actual(echo.garbled, misread(content_type="application/json; charset=cp1252")) == []
    broken = misread().exchange.body.removesuffix(b"}")
    assert actual(echo.garbled, response_to(misread().case, 404, broken)) == []


def test_a_text_is_compared_in_errors_about_nothing_else():
    alone, both = misread(), misread(task=State.MISSING)
    assert len([*echo.pairs_of_formats([alone], [alone])]) == 1
    assert [*echo.pairs_of_formats([both], [both])] == []
    overview_of = response_to(alone.case, 200, overview().exchange.body)
    assert [*echo.pairs_of_formats([overview_of], [overview_of])] == []


def test_twenty_errors_of_a_response_are_searched():
    for before, count in ((19, 1), (20, 0)):
        texts = [*["no"] * before, MISREAD]
        body = json.dumps({"message": "error", "errors": texts}).encode()
        assert len(actual(echo.garbled, response_to(misread().case, 404, body))) == count
