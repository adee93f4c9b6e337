"""Serves the reference in a process of its own, delays each response, and counts the calls.

`--record FILE` writes the time and URL of each call, so that another program can repeat them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

import click

from reseller_conformance.app_server.server import serve_forever
from reseller_conformance.reference import Application, Reference, load_accounts


class Slow:
    """The reference as a WSGI application that delays each response and records each request."""

    def __init__(self, inner: Application, seconds: float, record: TextIO | None) -> None:
        self.inner, self.seconds, self.record = inner, seconds, record
        self.lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.record is not None:
            with self.lock:
                url = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
                print(time.time(), url, file=self.record)
        if self.seconds:
            time.sleep(self.seconds)
        return self.inner(environ, start_response)


@click.command()
@click.option("--delay", default=0.0, help="milliseconds before each response")
@click.option("--record", type=click.Path(path_type=Path), help="where to write each call")
@click.option("--accounts", help="accounts of your own")
def main(delay: float, record: Path | None, accounts: str | None) -> None:
    """Serve until killed. The first line of output is the base URL."""
    file = record.open("w", buffering=1) if record else None
    inner = Application(Reference(load_accounts(accounts)))
    app = Slow(inner, delay / 1000, file)
    serve_forever(app, "127.0.0.1", 0, lambda url: click.echo(url))


if __name__ == "__main__":
    main()
