"""Generated documents as bodies on disk, because some validators are not written in Python."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from bodies import Body
from documents import Document, documents
from interop.verdicts import VERDICTS

__all__ = ["generated"]


def generated(folder: Path, number: int) -> list[Body]:
    """Write this many documents in both formats, new ones each time."""
    found: dict[str, Document] = {}

    @given(documents())
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def collect(document: Document) -> None:
        found[f"{len(found):05}"] = document

    collect()
    return [
        _body(folder / f"{name}.{format}", format, document)
        for name, document in found.items()
        for format in ("json", "xml")
    ]


def _body(path: Path, format: str, document: Document) -> Body:
    path.write_bytes(document.json if format == "json" else document.xml)
    return Body(
        path=path,
        format=format,
        group="generated",
        why=", ".join(document.done) or "nothing is wrong with it",
        schemas=document.is_ if document.is_ in VERDICTS else "neither",
        differing=(),
        reader="",
        problems=frozenset(),
    )
