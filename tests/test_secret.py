"""A secret stays secret: it is wrapped, and found in any form in which it comes back."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reseller_conformance.client.target import Target
from reseller_conformance.redaction import secret
from reseller_conformance.redaction.secret import MASK, Scrubber, Secret
from reseller_conformance.redaction.unescape import unescape

CANARY = 'k3y/with+odd&chars=%41é "<'

# --- Secret ---------------------------------------------------------------------------------------


def test_a_secret_is_told_by_reveal_alone() -> None:
    secret = Secret(CANARY)
    assert secret.reveal() == CANARY
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>9}", f"{secret!r}", f"{[secret]}"]
    assert all(CANARY not in text and MASK in text for text in shown)


def test_a_secret_is_not_in_what_holds_it() -> None:
    headers = (("Authorization", "Bearer t0ken"),)
    target = Target("http://x", "acme", Secret(CANARY), ("a",), headers=headers)
    assert CANARY not in repr(target)
    assert "t0ken" not in repr(target)
    assert CANARY not in repr(asdict(target))


def test_a_secret_is_never_serialized() -> None:
    with pytest.raises(TypeError, match="never serialized"):
        pickle.dumps(Secret(CANARY))
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(Secret(CANARY))
    assert not hasattr(Secret(CANARY), "__dict__")


def test_a_secret_is_a_value() -> None:
    secret = Secret("a")
    assert secret == Secret("a") != Secret("b")
    assert secret != "a"
    assert hash(secret) == hash(Secret("a"))
    assert copy.deepcopy(secret) is copy.copy(secret) is secret
    assert bool(secret) is not bool(Secret(""))
    with pytest.raises(AttributeError):
        secret._value = "b"


# --- Forms ----------------------------------------------------------------------------------------


def every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def json_slashed(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", "\\/")


def decimal(text: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in text)


def hexadecimal(text: str) -> str:
    return "".join(f"&#x{ord(letter):04X};" for letter in text)


def in_units(text: str) -> str:
    data = text.encode("utf-16-be")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))


ESCAPES: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="/"),
    lambda text: quote(text, safe="@"),
    lambda text: quote(text, safe="~()*!.'"),
    quote_plus,
    every_byte,
    lambda text: every_byte(text).upper(),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    json_slashed,
    in_units,
    html.escape,
    lambda text: html.escape(text).replace("&#x27;", "&apos;"),
    lambda text: html.escape(text).replace("&quot;", "&#34;"),
    decimal,
    hexadecimal,
    lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    lambda text: repr(text)[1:-1],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(text.encode())[2:-1],
    lambda text: text.encode().decode("latin-1"),
]
AROUND = [("", ""), ("no ", " here"), ('{"errors": ["', '"]}'), ("<error>", "</error>")]

keys = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=6, max_size=40)
# A key that reads as a few common characters, like `&apos;42`, is hidden in fewer ways.
strong_keys = keys.map("{}42".format).filter(
    lambda key: sum(map(str.isalpha, unescape(key.encode()).decode("utf-8", "replace"))) >= 4
)


@given(strong_keys, st.lists(st.sampled_from(ESCAPES[:-1]), min_size=1, max_size=3))
@example(CANARY, [lambda text: text])
@settings(max_examples=150, deadline=None)
def test_every_mixture_of_escapes_is_found(key: str, escapes: list[Callable[[str], str]]) -> None:
    written = key
    for escape in escapes:
        written = escape(written)
    scrubber = Scrubber([key])
    assert scrubber.text(f"«{written}»") == "«***»"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        data = f"<{written}>".encode(encoding)
        assert scrubber.found_in(data)
        if written.isascii():
            assert scrubber.data(data).decode(encoding) == "<***>"


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize(("before", "after"), AROUND)
def test_what_stands_around_stays(escape: Callable[[str], str], before: str, after: str) -> None:
    assert Scrubber([CANARY]).text(before + escape(CANARY) + after) == f"{before}***{after}"


@given(strong_keys, st.binary(max_size=9), st.binary(max_size=9), st.booleans())
@settings(max_examples=100, deadline=None)
def test_base64_is_found_whatever_stands_around(
    key: str, before: bytes, after: bytes, urlsafe: bool
) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    written = encode(before + key.encode() + after)
    scrubber = Scrubber([key])
    assert scrubber.found_in(written)
    assert MASK.encode() in scrubber.data(written)


def test_the_base64_of_a_whole_url_is_found() -> None:
    url = f"https://example.com/?api_key={quote(CANARY, safe='@')}&task=overview"
    assert MASK in Scrubber([CANARY]).text(base64.b64encode(url.encode()).decode())


def test_a_short_key_is_found_in_basic_credentials() -> None:
    header = base64.b64encode(b"acme:abc").decode()
    assert Scrubber(["abc", "acme:abc"]).text(f"Basic {header}") == "Basic ***"


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_what_holds_no_key_stays_as_it_is(data: bytes) -> None:
    assert Scrubber(["a key that is nowhere"]).data(data) is data


def test_json_and_xml_stay_readable() -> None:
    key = 'a"quoted\\key&<more>'
    scrubber = Scrubber([key])
    said = json.dumps({"errors": [f'bad key "{key}"', f"{key}\\"]}).encode()
    assert json.loads(scrubber.data(said)) == {"errors": ['bad key "***"', "***\\"]}
    wide = f'<error a="{html.escape(key)}">{html.escape(key)}</error>'.encode("utf-16")
    assert scrubber.data(wide).decode("utf-16") == '<error a="***">***</error>'


def test_the_longest_value_is_replaced_first() -> None:
    assert Scrubber(["secret", "secret-key", "ecret-key"]).text("my secret-key!") == "my ***!"


def test_letters_in_the_other_case_are_found() -> None:
    assert Scrubber(["Secret-Key"]).text("sECRET-kEY SECRET-KEY") == "*** ***"


# --- By chance ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "a",
        "abc",
        "error",
        "errors",
        "overview",
        "Credits",
        "2010",
        "50000",
        "2010-08-30",
        "",
        "----",
    ],
)
def test_what_an_honest_answer_may_hold_is_left_alone(value: str) -> None:
    body = b'{"message": "error", "credits_used": "50000", "on": "2010-08-30", "abc": "----"}'
    scrubber = Scrubber([value])
    assert scrubber.data(body) is body
    assert not scrubber.found_in(body)


@pytest.mark.parametrize("value", ["a", "abc", "error", "2010", "password", "secret-key"])
@pytest.mark.parametrize(
    "text",
    [
        "api_key={}&task=overview",
        "%61pi_key%3D{}",
        "api_key[]={}",
        '{{"api_key": "{}"}}',
        '"{{\\"api_key\\":\\"{}\\"}}"',
        "<api_key>{}</api_key>",
        "api_key is '{}'",
        "api_key '{}'",
        "api_key => {}",
    ],
)
def test_right_after_its_name_everything_is_replaced(value: str, text: str) -> None:
    assert Scrubber([value]).text(text.format(value)) == text.format(MASK)


ESCAPE_LIKE = [
    "\\",
    "\\\\",
    "%00",
    "%00%00%00",
    "%5c",
    "\\n",
    "\\x00",
    "\\u0000",
    "\\u005c",
    "    ",
]
LETTERS_ELSEWHERE = st.text("mkwqz[]<>:,. \n", max_size=12)
"""What belongs to no escape."""


@given(st.text("\\%uxUX05cCn a+&#;", min_size=1, max_size=12), LETTERS_ELSEWHERE, LETTERS_ELSEWHERE)
@example("abcd\\x", "", "41")
@example("abcd%0", "", "41")
@example("&#0C", "", "")
@example("0%00", "", "")
@example("0000%00", "", "")
@example("  0", "", "")
@example("+  0", "", "")
@example("00  ", "", "")
@settings(max_examples=300, deadline=None)
def test_a_key_that_looks_like_an_escape_is_found_as_it_is(
    key: str, before: str, after: str
) -> None:
    scrubber = Scrubber([key])
    if sum(map(str.isalnum, key)) >= 4 and len(unescape(key.encode())) >= 4 and key.strip("05"):
        shown = scrubber.text(before + key + after)
        assert key not in shown
        assert shown.startswith(before)
        assert shown.endswith(after)
    if key.strip(" +"):
        # A backslash at the end of a key may stay.
        shown = scrubber.text(f"{before}: api_key={key}")
        assert shown.rstrip("\\") == f"{before}: api_key={MASK}"
        assert scrubber.text(before + after) == before + after


@given(
    st.text("0ab1", min_size=1, max_size=9),
    st.sampled_from(["%00", "%5c", "\\x00", "\\u0000", "&#0;", "%0a", "\\n", "%c2%ad", "%2500"]),
    st.sampled_from(["", " is wrong", ", no", "<br>", "\n"]),
)
@settings(max_examples=300, deadline=None)
def test_a_key_that_ends_in_an_escape_is_hidden_with_it(
    start: str, escape: str, after: str
) -> None:
    key = start + escape
    scrubber = Scrubber([key])
    assert scrubber.text(f"api_key={key}{after}") == f"api_key={MASK}{after}"
    if len(start) >= 4:
        assert scrubber.text(f"<{key}>{after}") == f"<{MASK}>{after}"


@pytest.mark.parametrize("key", ["&apos;42", "ab&lt;&gt;", "%41&amp;%42", "&#48;&#48;x"])
def test_a_key_that_contains_entities_is_hidden_in_html_too(key: str) -> None:
    scrubber = Scrubber([key])
    shown = f"<p>The key {html.escape(key)} is wrong</p>"
    assert scrubber.text(shown) == f"<p>The key {MASK} is wrong</p>"


@pytest.mark.parametrize("key", ESCAPE_LIKE)
def test_a_key_that_is_one_escape_does_not_hide_what_it_is_not(key: str) -> None:
    scrubber = Scrubber([key])
    texts = [
        "api_key is wrong",
        "the api_key",
        '{"api_key": "x", "a":\n\n"b\\u00e9"}',
        "50% of \\u00e9",
    ]
    assert [scrubber.text(text) for text in texts] == texts
    assert scrubber.text(f"api_key={key}") == f"api_key={MASK}"
    assert scrubber.text(f'{{"api_key": "{key}"}}') == f'{{"api_key": "{MASK}"}}'
    assert not any(scrubber.found_in(text.encode()) for text in texts)


def test_an_ordinary_word_is_replaced_but_proves_no_echo() -> None:
    scrubber = Scrubber(["password"])
    assert scrubber.data(b"Bad username / password") == b"Bad username / ***"
    assert not scrubber.found_in(b"Bad username / password")
    assert scrubber.found_in(b"api_key=password")
    assert not scrubber.found_in(b"api_key=passwords")


@pytest.mark.parametrize("key", ["<error>", "</errors>", '"message"', "/result>", '"requests": "'])
def test_a_key_that_is_markup_of_an_envelope_leaves_it_whole(key: str) -> None:
    xml = b"<result><message>error</message><errors><error>no</error></errors></result>"
    for body in (xml, b'{"message": "error", "errors": ["no"], "requests": "7"}'):
        scrubber = Scrubber([key])
        assert scrubber.data(body) == body
        assert not scrubber.found_in(body)
        assert scrubber.text(f"api_key={key}") == "api_key=***"


def test_a_short_key_is_no_part_of_a_longer_word() -> None:
    scrubber = Scrubber(["a1b2"])
    assert scrubber.found_in(b"no a1b2, here")
    assert not scrubber.found_in(b"request 99a1b2ff")
    assert scrubber.data(b"request 99a1b2ff") == b"request 99***ff"


@pytest.mark.parametrize(
    ("key", "encoding"),
    [("Серебряный", "koi8-r"), ("пакет-9", "cp1251"), ("シルバー", "shift_jis"), ("金牌9", "gbk")],
)
def test_a_key_is_found_in_the_encodings_of_regions(key: str, encoding: str) -> None:
    body = f"<package>{key} 1</package>".encode(encoding)
    assert Scrubber([key]).data(body) == b"<package>*** 1</package>"


def test_hexadecimal_is_found_in_either_case() -> None:
    for written in (CANARY.encode().hex(), CANARY.encode().hex().upper()):
        assert Scrubber([CANARY]).text(f"<{written}>") == f"<{MASK}>"
        assert Scrubber([CANARY]).found_in(written.encode())


def test_a_long_number_is_found_only_whole() -> None:
    scrubber = Scrubber(["1234567890123"])
    assert scrubber.found_in(b"no 1234567890123 here")
    assert not scrubber.found_in(b"91234567890123")
    assert not Scrubber(["12345678"]).found_in(b'"requests": "12345678"')


# --- A body that breaks off -----------------------------------------------------------------------


@given(strong_keys, st.sampled_from(ESCAPES[:-1]), st.data())
@settings(max_examples=100, deadline=None)
def test_no_part_of_a_key_is_left_where_a_body_breaks_off(
    key: str, escape: Callable[[str], str], data: st.DataObject
) -> None:
    written = escape(key)
    length = data.draw(st.integers(0, len(written)))
    left = Scrubber([key]).truncated(f"<<<<<<{written[:length]}".encode())
    assert left.startswith(b"<<<<<<"[: len(left)])
    plain = unescape(left.removeprefix(b"<<<<<<"))
    assert unescape(key.encode()).decode()[:4] not in plain.decode("utf-8", "replace")


def test_a_body_that_breaks_off_elsewhere_is_whole() -> None:
    body = b'{"errors": ["100% of \\u00'
    assert Scrubber([CANARY]).truncated(body) == body


def test_a_long_text_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []
    read = secret.views
    monkeypatch.setattr(
        secret, "views", lambda data, **how: (searched.append(data), read(data, **how))[1]
    )
    scrubber = Scrubber(["Silver-Key"])
    text = b"lorem ipsum " * 1000
    assert [scrubber.data(text), scrubber.data(bytes(bytearray(text)))] == [text, text]
    assert not scrubber.found_in(text)
    assert not scrubber.found_in(text)
    assert searched == [text, text]
    assert MASK.encode() in scrubber.data(text + b"silver-key")
