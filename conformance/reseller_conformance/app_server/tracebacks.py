"""Format an application's exception: its type and text, and the last frames of its own code.

The caller must redact the text, because an exception may contain anything that was sent.
"""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from pathlib import Path
from types import CodeType

__all__ = ["last_frames", "named", "place_of"]

FRAMES = 3
"""Maximum number of the application's own frames in a traceback, counted from the last."""

CAUSES = 3
"""Maximum number of causes that are named."""

MAX_TEXT_CHARS = 10_000
"""Maximum length of an exception's text.

A longer text is dropped, because cutting it could cut a key.
"""

_LIBRARIES = tuple(
    sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_OURS = str(Path(__file__).parents[1])

Frame = tuple[CodeType, int]


def last_frames(error: BaseException) -> str:
    """Return the last frames of the application's own code, and the exception."""
    error = _first(error)
    lines = [line for frame in _chosen(_frames(error)) for line in _written(*frame)]
    causes = [f"caused by {named(cause)}" for cause in _causes(error)]
    return "\n".join([*lines, named(error), *causes])


def place_of(error: BaseException) -> str:
    """Return the place in the application's own code as `shop/api.py:12`.

    Empty if there is none. The code of a SyntaxError did not run, so no frame is in its file.
    """
    error = _first(error)
    if isinstance(error, SyntaxError) and error.filename and _is_own(error.filename):
        return f"{_path(error.filename)}:{error.lineno}"
    own = [(code.co_filename, line) for code, line in _frames(error) if _is_own(code.co_filename)]
    return f"{_path(own[-1][0])}:{own[-1][1]}" if own else ""


def named(error: BaseException) -> str:
    """Return the exception's type and text in one line. A long text is replaced by its length."""
    error = _first(error)
    text = " ".join("".join(traceback.format_exception_only(error)[-1:]).split())
    if len(text) > MAX_TEXT_CHARS:
        return f"{type(error).__name__}: [{len(text):,} characters]"
    return text


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a group, or the exception itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    while len(found) < CAUSES:
        hidden = error.__suppress_context__ or error.__context__ is None
        cause = error.__cause__ or (None if hidden else error.__context__)
        if cause is None or cause in found:
            break
        found.append(cause)
        error = cause
    return found


def _frames(error: BaseException) -> list[Frame]:
    return [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]


def _chosen(frames: list[Frame]) -> list[Frame]:
    """Return the application's last frames, and the frame that raised the exception."""
    own = [place for place, (code, _) in enumerate(frames) if _is_own(code.co_filename)]
    places = {*own[-FRAMES:], len(frames) - 1} if own else set(range(len(frames)))
    return [frames[place] for place in sorted(places) if place >= 0][-FRAMES - 1 :]


def _is_own(name: str) -> bool:
    library = name.startswith(("<", *_LIBRARIES, _OURS))
    return not library and "site-packages" not in name and "dist-packages" not in name


def _path(name: str) -> str:
    path = Path(name)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _written(code: CodeType, line: int) -> list[str]:
    source = linecache.getline(code.co_filename, line).strip()
    head = f'File "{_path(code.co_filename)}", line {line}, in {code.co_name}'
    return [head, f"  {source}"] if source else [head]
