"""Files that a run leaves: written whole or not at all, and tried before the run."""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["check_file", "write_file"]


def check_file(path: Path) -> None:
    """Make the folder of a file and write a draft beside it, as `write_file` will.

    Raises OSError where that does not work.
    """
    if path.parts[:2] == ("/", "dev"):
        raise OSError(errno.EINVAL, "it is no plain file")
    try:
        path = path.resolve()
    except RuntimeError:  # what Python 3.13 makes an OSError
        raise OSError(errno.ELOOP, "it is a link to itself") from None
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    draft.touch()
    draft.unlink()


def write_file(path: Path, text: str) -> None:
    """Write the text as UTF-8, whole or not at all, and make its folder if need be.

    A link stays one.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, for only within a file system does a rename replace at one stroke.
    draft = _draft(path)
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
