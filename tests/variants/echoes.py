"""Errors that repeat what was sent, but shortened, escaped or normalized on purpose."""

from __future__ import annotations

import html
import json
import re
import textwrap
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from reseller_conformance.reference import Account, Reference, Refusal
from variants.registry import composed

__all__: list[str] = []

Parameters = list[tuple[str, str]]

WAYS: dict[str, Callable[[str], str]] = {
    "escaped for HTML": html.escape,
    "percent-encoded": quote,
    "as JavaScript writes them": json.dumps,
    "as Python writes them": repr,
    "with question marks for characters beyond ASCII": lambda text: text.encode(
        "ascii", "replace"
    ).decode(),
    "without characters beyond ASCII": lambda text: text.encode("ascii", "ignore").decode(),
    "without characters of four bytes": lambda text: re.sub("[^\0-\uffff]", "", text),
    "without punctuation": lambda text: re.sub(r"[^\w\s]", "", text),
    "without tags": lambda text: re.sub("<[^>]*>", "", text),
    "cut to thirteen characters": lambda text: text[:13],
    "cut to eighteen bytes": lambda text: text.encode()[:18].decode(errors="ignore"),
    "shortened to whole words": lambda text: textwrap.shorten(text, 14, placeholder="…"),
    "composed, in lower case, trimmed": lambda text: (
        unicodedata.normalize("NFKC", text).casefold().strip()
    ),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "without accents": lambda text: "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    ),
    "between quotes of their language": lambda text: f"Ã© «{text}» n’existe pas",
}


def repeating(said: str, way: Callable[[str], str]) -> type[Reference]:
    """Return a reference whose errors repeat the invalid values in this way."""

    class Repeating(Reference):
        def look_up(self, parameters: Parameters) -> Account | Refusal:
            found = super().look_up(parameters)
            if not isinstance(found, Refusal):
                return found
            values = (value for name, value in parameters if name in ("user", "task"))
            texts = tuple(f"Not found: {way(value)}" for value in values)
            return Refusal(found.status, (*found.errors, *texts))

    name = "Repeats" + re.sub(r"\W", "", said.title())
    return type(name, (Repeating,), {"__module__": __name__})


for _said, _way in WAYS.items():
    composed(f"errors repeat the user and the task {_said}")(repeating(_said, _way))
