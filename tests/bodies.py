"""The corpus: bodies in both formats, and the index beside each folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BODIES", "CORPUS", "Body"]

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True, slots=True)
class Body:
    """One body; the top of each index explains the fields."""

    path: Path
    format: str
    group: str
    why: str
    schemas: str
    differing: tuple[str, ...]
    reader: str
    problems: frozenset[str]

    @property
    def name(self) -> str:
        """The name of the file, which describes the body."""
        return self.path.name

    @property
    def has_document(self) -> bool:
        """Whether there is a document that a schema can judge."""
        return self.schemas != "unasked"


def _index(format: str) -> Iterator[Body]:
    text = (CORPUS / f"{format}.toml").read_text(encoding="utf-8")
    for group in tomllib.loads(text)["group"]:
        for name, why in group["bodies"].items():
            yield Body(
                path=CORPUS / format / name,
                format=format,
                group=group["title"],
                why=why,
                schemas=group["schemas"],
                differing=tuple(group.get("differing", ())),
                reader=group["reader"],
                problems=frozenset(group.get("problems", ())),
            )


BODIES = (*_index("json"), *_index("xml"))
