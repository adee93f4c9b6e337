"""Write files atomically, and check before a run that they can be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["check_file", "draft_of", "names_a_file", "write_file"]


def check_file(path: Path) -> None:
    """Create the folder of a file, and write and remove a draft in it, as `write_file` will.

    Raises OSError if that fails, or if the path is not a plain file.
    """
    if path.parts[:2] == ("/", "dev"):
        raise OSError(errno.EINVAL, "it is no plain file")
    try:
        path = path.resolve()
    except RuntimeError:  # Python 3.13 raises OSError here.
        raise OSError(errno.ELOOP, "it is a link to itself") from None
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    draft.touch()
    draft.unlink()


def write_file(path: Path, text: str) -> None:
    """Write the text as UTF-8, completely or not at all, and create its folder.

    A symbolic link stays a link. Raises OSError if the file cannot be written.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Use the same folder, because a rename is atomic only within one file system.
    draft = draft_of(path)
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def names_a_file(text: str) -> bool:
    """Return True if something has this name. Of other text, such as a NUL, `pathlib` raises."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def draft_of(path: Path) -> Path:
    """Return the path of a draft of this file, in the same folder."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
