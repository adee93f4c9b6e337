"""A key is found however it is broken, and an honest text is not blamed for it."""

from __future__ import annotations

import base64
import quopri
import time
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_conformance.contract import Format
from reseller_conformance.envelope import read_envelope
from reseller_conformance.redaction.secret import MASK, Scrubber
from reseller_conformance.redaction.unescape import Unescaped
from reseller_conformance.redaction.views import View, traced_view, views

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+=&<é漢"
keys = st.builds("{}{}7q".format, st.text("abcdefgh", min_size=6), st.text(LETTERS, max_size=190))
around = st.text(' abc<>&{}":,;\n', max_size=20)

# --- Views ------------------------------------------------------------------------------------

pieces = st.sampled_from(
    (
        *("<!--", "-->", "<?x", "?>", "<![CDATA[", "]]>", "<a>", "</a>", "<b/>", "<br />", "text"),
        *(
            "=\r\n",
            "=C3=A9",
            "6b:33",
            " 0x79",
            "&shy;",
            "\u200b",
            "\\n",
            "\n  ",
            "%41",
            "é",
            "A+b",
            "\0",
        ),
    )
)


@given(st.lists(pieces, max_size=20).map("".join), st.sampled_from(["utf-8", "latin-1", "utf-16"]))
@settings(deadline=None)
def test_each_view_says_where_its_bytes_stood(text: str, encoding: str) -> None:
    data = text.encode(encoding, "replace")
    found = dict(views(data, spaced=True))
    assert found[View.PLAIN] is not None
    for view, plain in found.items():
        trace = traced_view(data, view)
        assert trace.plain == plain
        _lies_within(data, trace)


def _lies_within(data: bytes, trace: Unescaped) -> None:
    assert len(trace.starts) == len(trace.ends) == len(trace.plain)
    for byte, start, end in zip(trace.plain, trace.starts, trace.ends, strict=True):
        assert byte == 0x1F or 0 <= start < end <= len(data)


@pytest.mark.parametrize(
    "unit",
    [
        b"<!--",
        b"<?",
        b"<a>",
        b"</a>",
        b"<a/>x",
        b"\n ",
        b" ",
        b"=\r\n",
        b"6b:",
        b"107, ",
        b"\xc2\xad",
    ],
)
def test_a_body_that_is_made_to_be_costly_is_read_in_time(unit: bytes) -> None:
    scrubber = Scrubber(["k3y-0123456789abcdef"])
    times = []
    for size in (100_000, 400_000):
        data = unit * (size // len(unit))
        began = time.process_time()
        assert scrubber.data(data) is data
        times.append(time.process_time() - began)
    assert times[1] < 40 * max(times[0], 0.01)  # four times as long, and no square of it


# --- Broken keys ------------------------------------------------------------------------------


def every(between: str) -> Callable[[str, int], str]:
    return lambda key, _: between.join(key)


def once(between: str) -> Callable[[str, int], str]:
    return lambda key, at: f"{key[:at]}{between}{key[at:]}"


def base64_lines(key: str, at: int) -> str:
    return base64.encodebytes(b"x" * (50 + at) + key.encode() + b"y" * 50).decode()


def pairs(separator: str, line: int = 16) -> Callable[[str, int], str]:
    def write(key: str, at: int) -> str:
        data = key.encode()
        rows = [data[start : start + line] for start in range(0, len(data), line)]
        return f"{separator}\n    ".join(row.hex(separator) for row in rows)

    return write


BROKEN: dict[str, Callable[[str, int], str]] = {
    "a line break": once("\n"),
    "a line break and an indentation": once(" \r\n\t    "),
    "an escaped line break": once("\\n"),
    "a line break of HTML": once("<br />\r\n"),
    "a line break of HTML in JSON": once("\\u003cbr\\u003e"),
    "a place where HTML may break": once("<wbr>"),
    "soft hyphens": every("\N{SOFT HYPHEN}"),
    "references to soft hyphens": every("&shy;"),
    "zero-width spaces": every("\u200b"),
    "escaped joiners": every("\\u200d"),
    "byte order marks": once("\ufeff"),
    "base64 in lines": base64_lines,
    "hexadecimal with colons": pairs(":"),
    "hexadecimal with spaces": lambda key, at: pairs(" ")(key, at).upper(),
    "hexadecimal with hyphens": pairs("-"),
    "hexadecimal numbers": lambda key, _: ", ".join(f"0x{b:02X}" for b in key.encode()),
    "decimal numbers": lambda key, _: str(list(key.encode())),
    "decimal numbers with signs": lambda key, _: str([b - 256 * (b > 127) for b in key.encode()]),
    "decimal numbers with spaces": lambda key, _: " ".join(map(str, key.encode())),
    "quoted-printable": lambda key, _: quopri.encodestring(key.encode(), quotetabs=True).decode(),
    "quoted-printable throughout": lambda key, _: "".join(f"={b:02X}" for b in key.encode()),
    "quoted-printable in lines": lambda key, at: (
        once("=\r\n")(key, at).replace("=", "=3D").replace("=3D\r\n", "=\r\n")
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@given(keys, st.data(), around, around)
@settings(max_examples=40, deadline=None)
def test_a_key_is_replaced_however_it_is_broken(
    broken: Callable[[str, int], str], key: str, data: st.DataObject, before: str, after: str
) -> None:
    written = broken(key, data.draw(st.integers(1, len(key) - 1)))
    scrubber = Scrubber([key])
    text = f"{before}\x01{written}\x01{after}"
    scrubbed = scrubber.text(text)
    assert MASK in scrubbed
    assert scrubber.text(scrubbed) == scrubbed
    assert scrubber.found_in(text.encode())
    assert scrubbed.startswith(f"{before}\x01")
    assert scrubbed.endswith(f"\x01{after}")


@given(keys, st.sampled_from(["utf-16", "utf-16-be", "utf-32", "cp500", "cp037"]))
@settings(max_examples=40, deadline=None)
def test_a_broken_key_is_replaced_in_encodings_without_ascii(key: str, encoding: str) -> None:
    key = key.encode(encoding, "ignore").decode(encoding)
    body = f"<?xml version='1.0'?><e>{escape(key[:3])}<!-- x -->{escape(key[3:])}</e>"
    scrubbed = Scrubber([key]).data(body.encode(encoding)).decode(encoding)
    assert scrubbed == "<?xml version='1.0'?><e>***<!-- x -->***</e>"


def test_a_short_key_is_found_in_base64_without_padding() -> None:
    for key in ("k3y1", "k3y12"):
        scrubber = Scrubber([key])
        coded = base64.b64encode(key.encode()).decode().rstrip("=")
        assert scrubber.text(f"key {coded}.") == "key ***."
        assert scrubber.text(f"x{coded}") == f"x{coded}"


def test_a_key_with_spaces_is_found_where_it_is_wrapped_at_one() -> None:
    scrubber = Scrubber(["correct horse battery 7"])
    assert scrubber.text("no: correct horse\n   battery 7.") == "no: ***."
    assert scrubber.text("no: correct horse&#10;battery 7.") == "no: ***."


def test_a_key_that_ends_too_early_in_the_next_line_is_cut_off() -> None:
    assert Scrubber(["k3y-0123456789abcdef"]).truncated(b"<<< k3y-01\n 2345") == b"<<< "


# --- What the reader makes of XML -------------------------------------------------------------

JOINTS = ["<!-- x -->", "<?x y?>", "]]><![CDATA[", "<x/>", "<x>inner <y>z</y></x>", "<x a='1'></x>"]


@given(keys, st.lists(st.sampled_from(JOINTS), min_size=1, max_size=4), st.data())
@settings(max_examples=200, deadline=None)
def test_no_text_that_the_reader_joins_holds_the_key(
    key: str, joints: list[str], data: st.DataObject
) -> None:
    places = sorted(data.draw(st.integers(1, len(key) - 1)) for _ in joints)
    texts = [key[a:b] for a, b in zip([0, *places], [*places, None], strict=True)]
    cdata = "]]><![CDATA[" in joints
    said = texts[0] if cdata else escape(texts[0])
    for joint, text in zip(joints, texts[1:], strict=True):
        joint = f"]]>{joint}<![CDATA[" if cdata and "CDATA" not in joint else joint
        said += joint + (text if cdata else escape(text))
    said = f"<![CDATA[{said}]]>" if cdata else said
    body = (
        f"<result>{said}<message>error</message><errors><error>no {said}</error></errors></result>"
    ).encode()
    scrubbed = Scrubber([key]).data(body)
    envelope = read_envelope(scrubbed, Format.XML, "application/xml")
    before = read_envelope(body, Format.XML, "application/xml")
    assert [p.requirement for p in envelope.problems] == [p.requirement for p in before.problems]
    for text in (*getattr(envelope, "errors", ()), *(str(p) for p in envelope.problems)):
        assert key not in text


# --- Honest texts -----------------------------------------------------------------------------

HONEST = [
    b'{"message": "error",\n "errors": ["No such user: a1 b2c3"]}',
    b"<result>\n  <credits_used>12345</credits_used>\n  <credits_remain>67890</credits_remain>\n"
    b"</result>",
    b"Tue, 21 Oct 2025 07:28:00 GMT\n2010-08-30\n30:31:32",
    b"<p>The <b>pass</b>word is wrong, <i>billing</i> or 123\n456</p>",
]


@pytest.mark.parametrize("body", HONEST)
@pytest.mark.parametrize(
    "key", ["password", "1234567890", "12345678", "a1b2c3", "123456", "billingor"]
)
def test_words_and_numbers_side_by_side_are_no_key(key: str, body: bytes) -> None:
    assert not Scrubber([key]).found_in(body.replace(key.encode(), b""))


def test_a_number_is_found_where_a_comment_breaks_it_and_not_across_elements() -> None:
    scrubber = Scrubber(["1234567890123"])
    assert scrubber.data(b"<a>1234567<!-- -->890123</a>") == b"<a>***<!-- -->***</a>"
    honest = b"<a>1234567</a><b>890123</b>"
    assert scrubber.data(honest) is honest
