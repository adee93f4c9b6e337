"""An application by its name: imported or made, and told WSGI from ASGI.

Serving it is left to `serving`.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from reseller_conformance.app_server.tracebacks import named, place_of

__all__ = ["App", "AppError", "Interface", "interface_of", "load_app", "unserved"]

App = Callable[..., Any]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class AppError(ValueError):
    """The application cannot be served; the message is one line."""


class Interface(StrEnum):
    """How a server and an application speak to each other; the values are uvicorn's words."""

    WSGI = "wsgi"
    ASGI = "asgi3"
    ASGI_2 = "asgi2"


# --- Finding an application ----------------------------------------------------------------------


def load_app(reference: str) -> App:
    """Return the application that `module:attribute` names, below the current directory too.

    `module:attribute()` names what makes it, which is called once in a process.
    """
    module_name, _, attribute = reference.removesuffix("()").partition(":")
    if not _dotted(module_name) or not _dotted(attribute):
        known = "shop.api:app or shop.api:create_app()"
        raise AppError(f"an application is named like {known}, not {reference!r}")
    app: App = _imported(module_name)
    for name in attribute.split("."):
        try:
            app = getattr(app, name)
        except AttributeError:
            raise AppError(f"module {module_name} has no {attribute!r}") from None
        except Exception as problem:
            raise _failed(f"reading {attribute} of {module_name}", problem) from problem
    if reference.endswith("()"):
        try:
            app = _made(app)
        except (Exception, SystemExit) as problem:
            raise _failed(f"making {reference}", problem) from problem
    if interface_of(app) is None:
        raise unserved(reference, app)
    return app


def interface_of(app: object) -> Interface | None:
    """Tell WSGI from ASGI by what the application takes; None where it is neither."""
    if not callable(app):
        return None
    calls = (app, type(app).__call__)  # a function's own, or that of an object's class
    awaited = any(inspect.iscoroutinefunction(call) for call in calls)
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return Interface.WSGI
    required = [p.name for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
    count = len(required)
    if count == 0 and any(p.kind is p.VAR_POSITIONAL for p in parameters):
        count = 3 if awaited else 2
    if awaited:
        return Interface.ASGI if count == 3 else None
    if required == ["scope"]:
        return Interface.ASGI_2
    return {2: Interface.WSGI, 3: Interface.ASGI}.get(count)


@lru_cache(maxsize=16)
def _made(factory: Callable[[], App]) -> App:
    """Call it once: it may register what cannot be registered twice."""
    made: App = factory()
    if inspect.iscoroutine(made):  # it is refused, and Python would warn of it
        made.close()
    return made


def _dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def unserved(name: str, app: object) -> AppError:
    """Say that this is no application, and what may make one of it."""
    said = (
        f"{name} takes neither WSGI's (environ, start_response) nor ASGI's (scope, receive, send)"
    )
    if callable(app) and ":" in name and not name.endswith("()"):
        said += f"; if it makes an application, name {name}() or give --factory"
    return AppError(f"{said}; it is of type {type(app).__name__}")


def _imported(name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as problem:
        missing = problem.name if isinstance(problem, ModuleNotFoundError) else None
        if missing and f"{name}.".startswith(f"{missing}."):
            raise AppError(f"there is no module {missing!r} here or in the Python path") from None
        raise _failed(f"importing {name}", problem) from problem


def _failed(doing: str, problem: BaseException) -> AppError:
    place = place_of(problem)
    return AppError(f"{doing} failed with {named(problem)}{f' ({place})' if place else ''}")
