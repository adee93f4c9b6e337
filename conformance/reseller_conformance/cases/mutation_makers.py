"""Fills in the template of a state: for this suite, and for the shell that reproduces a call."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import Formatter

from reseller_conformance.cases.mutations import MAX_VALUE_CHARS, UNREGISTERED, Text, Value

__all__ = ["make", "shell"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the valid value, as Python makes it and as a POSIX shell does.

    The shell form is None where no template for the key needs it.
    """

    of: Callable[[str], str]
    shell: str | None = None


def _piped(command: str) -> str:
    return f'$(printf %s "$RESELLER_API_KEY" | {command})'


def _first(command: str = "") -> str:
    return f'$(printf %.1s "$RESELLER_API_KEY"{command})'


def _unlike(pattern: str) -> str:
    return f'$(case "$RESELLER_API_KEY" in ({pattern}) echo y;; (*) echo x;; esac)'


def _hashed(name: str, value: str) -> str:
    return hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()


def _other(letter: str) -> str:
    return "x" if letter not in ("x", "X") else "y"


_SWAP = "tr '[:upper:][:lower:]' '[:lower:][:upper:]'"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
# \357 begins each of these characters in UTF-8; what is not ASCII's is left as it is
_TO_FULL_WIDTH = (
    "od -An -v -tu1 | awk '{for (i = 1; i <= NF; i++) {k = $i - 32; if (k > 0 && k < 95) "
    'printf "\\\\357\\\\%o\\\\%o", 188 + int(k / 64), 128 + k % 64; else printf "\\\\%o", $i}}\''
)
_MIDDLE = 'awk \'{m = int(length($0) / 2); printf "%s", '
_ACCENTED = {
    letter: unicodedata.normalize("NFD", letter)[0]
    for letter in map(chr, range(0xC0, 0x100))
    if unicodedata.decomposition(letter)
}
_WITHOUT_ACCENTS = {ord(one): other for one, other in _ACCENTED.items()}
_OTHER_BASE64 = str.maketrans("+/_-", "-_/+")
_HYPHENS = str.maketrans("_-", "-_")
_LOOKALIKE = str.maketrans("0OolI1", "O0011l")
_OPENSSL, _HASH_ALONE = "openssl dgst", "| sed 's/.* //'"

_PARTS = {
    "value": _Part(lambda value: value, "${RESELLER_API_KEY}"),
    "first": _Part(lambda value: value[:1], _first()),
    "last": _Part(lambda value: value[-1:], _piped("sed 's/.*\\(.\\)$/\\1/'")),
    "inner": _Part(lambda value: value[1:-1]),
    "half": _Part(lambda value: value[: len(value) // 2], _piped(f"{_MIDDLE}substr($0, 1, m)}}'")),
    "all_but_last": _Part(lambda value: value[:-1], "${RESELLER_API_KEY%?}"),
    "all_but_first": _Part(lambda value: value[1:], "${RESELLER_API_KEY#?}"),
    "all_but_two": _Part(lambda value: value[2:], "${RESELLER_API_KEY#??}"),
    "not_first": _Part(lambda value: _other(value[:1]), _unlike("[xX]*")),
    "not_second": _Part(lambda value: _other(value[1:2]), _unlike("?[xX]*")),
    "not_last": _Part(lambda value: _other(value[-1:]), _unlike("*[xX]")),
    "last_two_exchanged": _Part(
        lambda value: value[:-2] + value[-2:][::-1], _piped("sed 's/\\(.\\)\\(.\\)$/\\2\\1/'")
    ),
    "first_other_case": _Part(lambda value: value[:1].swapcase(), _first(f" | {_SWAP}")),
    "other_case": _Part(str.swapcase, _piped(_SWAP)),
    "lower_case": _Part(str.lower, _piped("tr '[:upper:]' '[:lower:]'")),
    "upper_case": _Part(str.upper, _piped("tr '[:lower:]' '[:upper:]'")),
    "capitalized": _Part(str.capitalize),
    "escape": _Part(
        lambda value: "".join(f"%{byte:02X}" for byte in value[:1].encode()),
        "%" + _first(" | od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F"),
    ),
    "code_point": _Part(
        lambda value: str(ord(value[:1] or " ")), _first(" | od -An -v -tu1 | tr -d ' \\n'")
    ),
    "hyphenated": _Part(
        lambda value: re.sub("([^-])([^-])", r"\1-\2", value, count=1),
        _piped("sed 's/\\([^-]\\)\\([^-]\\)/\\1-\\2/'"),
    ),
    "letters_and_digits": _Part(
        lambda value: "".join(c for c in value if c.isascii() and c.isalnum()),
        _piped("tr -cd 'A-Za-z0-9'"),
    ),
    "spaces": _Part(
        lambda value: " " * (MAX_VALUE_CHARS - 2 * len(value)),
        _piped(f"awk '{{for (n = {MAX_VALUE_CHARS} - 2 * length($0); n > 0; n--) printf \" \"}}'"),
    ),
    "control": _Part(lambda _: "\x01", "$(printf '\\001')"),
    "hyphens": _Part(lambda value: value.translate(_HYPHENS), _piped("tr '_\\055' '\\055_'")),
    "lookalike": _Part(lambda value: value.translate(_LOOKALIKE), _piped("tr 0OolI1 O0011l")),
    "later_other_case": _Part(
        lambda value: value[len(value) // 2 :].swapcase(),
        _piped(f"{_MIDDLE}substr($0, m + 1)}}' | {_SWAP}"),
    ),
    "reversed": _Part(
        lambda value: value[::-1],
        _piped("awk '{for (n = length($0); n > 0; n--) printf \"%s\", substr($0, n, 1)}'"),
    ),
    "md5": _Part(lambda value: _hashed("md5", value), _piped(f"{_OPENSSL} -md5 {_HASH_ALONE}")),
    "sha1": _Part(lambda value: _hashed("sha1", value), _piped(f"{_OPENSSL} -sha1 {_HASH_ALONE}")),
    "sha256": _Part(
        lambda value: _hashed("sha256", value), _piped(f"{_OPENSSL} -sha256 {_HASH_ALONE}")
    ),
    "base64": _Part(
        lambda value: base64.b64encode(value.encode()).decode(), _piped("openssl base64 -A")
    ),
    "plus_as_space": _Part(lambda value: value.replace("+", " "), _piped("tr + ' '")),
    "other_base64": _Part(
        lambda value: value.translate(_OTHER_BASE64), _piped("tr '+/_-' '\\055_/+'")
    ),
    "full_width": _Part(
        lambda value: value.translate(_FULL_WIDTH),
        f'$(printf "{_piped(_TO_FULL_WIDTH)}")',
    ),
    "not_middle": _Part(
        lambda value: _other(value[len(value) // 2 :][:1]),
        _piped(f'{_MIDDLE}substr($0, m + 1, 1) ~ /[xX]/ ? "y" : "x"}}\''),
    ),
    "after_middle": _Part(
        lambda value: value[len(value) // 2 + 1 :], _piped(f"{_MIDDLE}substr($0, m + 2)}}'")
    ),
    "without_accents": _Part(
        lambda value: value.translate(_WITHOUT_ACCENTS),
        _piped(f"sed '{';'.join(f's/{one}/{other}/g' for one, other in _ACCENTED.items())}'"),
    ),
    "other_dot": _Part(lambda value: value.replace(".", "x")),
    "local_part": _Part(lambda value: value.partition("@")[0]),
    "tagged_address": _Part(lambda value: value.replace("@", "+x@", 1)),
}


@cache
def _parts_in(template: str) -> frozenset[str]:
    return frozenset(name for _, name, *_ in Formatter().parse(template) if name) - {"another"}


def make(state: Value, valid: str, parameter: str) -> str | None:
    """Return the value to send in this state, given the valid one; None where nothing is sent.

    `FOREIGN`, `OWN_NAME`, `CUSTOMER`, `KEY` and `SHIFTED` come from the account: see `case`.
    """
    if isinstance(state, Text):
        return state.text
    if state.template is None:
        return None
    parts = {name: _PARTS[name].of(valid) for name in _parts_in(state.template)}
    return state.template.format(another=UNREGISTERED[parameter], **parts)


def shell(state: Value) -> str | None:
    """Return what a POSIX shell puts between double quotes to make this state of the key.

    None where the state holds nothing of the key, so that its text can be written down.
    """
    if isinstance(state, Text) or state.template is None:
        return None
    parts = {name: _PARTS[name].shell for name in _parts_in(state.template)}
    if not parts or None in parts.values():
        return None
    escaped = re.sub(r'([\\"$`])', r"\\\1", state.template)
    text = escaped.format(another=UNREGISTERED["api_key"], **parts)
    return re.sub(r"\$\{(\w+)\}$", r"$\1", text)  # braces only where more text follows
