"""Import or create an application by its name, and detect whether it is WSGI or ASGI."""

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
    """The application cannot be served. The message is one line."""


class Interface(StrEnum):
    """The interface between a server and an application. The values are those of uvicorn."""

    WSGI = "wsgi"
    ASGI = "asgi3"
    ASGI_2 = "asgi2"


# --- Finding an application ----------------------------------------------------------------------


def load_app(reference: str) -> App:
    """Import and return the application that `module:attribute` names.

    The current directory is searched too. `module:attribute()` names a factory, which is called
    once in a process. Raises AppError if the application is missing or fails to start.
    """
    module_name, _, attribute = reference.removesuffix("()").partition(":")
    if not _dotted(module_name) or not _dotted(attribute):
        known = "shop.api:app or shop.api:create_app()"
        raise AppError(f"name an application as {known}, not: {reference!r}")
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
    """Detect the interface from the application's parameters.

    None if it is neither WSGI nor ASGI.
    """
    if not callable(app):
        return None
    calls = (app, type(app).__call__)  # the function itself, or `__call__` of the object's class
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
    """Call the factory once. It may register things that cannot be registered twice."""
    made: App = factory()
    if inspect.iscoroutine(made):  # It will be rejected. Closing it avoids Python's warning.
        made.close()
    return made


def _dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def unserved(name: str, app: object) -> AppError:
    """Return the error for an object that is not an application, with a hint for a factory."""
    wsgi, asgi = "(environ, start_response)", "(scope, receive, send)"
    text = f"{name} must take {wsgi} as in WSGI, or {asgi} as in ASGI"
    if callable(app) and ":" in name and not name.endswith("()"):
        text += f"; if it makes an application, name {name}() or give --factory"
    return AppError(f"{text}; it is of type {type(app).__name__}")


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
