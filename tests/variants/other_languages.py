"""Implementations written from scratch in other languages, each in a process of its own.

They are in `servers`. They print their port when they listen, and end when their standard input
ends.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from variants.registry import Running, program, variant

__all__: list[str] = []

SERVERS = Path(__file__).parent / "servers"


@contextmanager
def _process(*words: str) -> Iterator[int]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [program(words[0]), *words[1:]], stdin=pipe, stdout=pipe, cwd=SERVERS
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@variant("Node's http module; URLSearchParams; names with typographic quotes and emoji")
def on_node() -> Iterator[Running]:
    with _process("node", "overview.js") as port:
        users = ("société générale", "O’Hara 🍀")
        yield Running(f"http://127.0.0.1:{port}", "agence", "sésame/ouvre-toi?", users)


@variant("Perl on a bare socket, one call at a time, HTTP/1.0; the key is 0; three customers")
def on_perl() -> Iterator[Running]:
    with _process("perl", "overview.pl") as port:
        users = ("camel1", "camel2", "camel3")
        yield Running(f"http://127.0.0.1:{port}", "007", "0", users)


@variant("the JDK's server, below a path; counts beyond 2^53 that grow; customers are numbers")
def on_java() -> Iterator[Running]:
    with _process("java", "Overview.java") as port:
        base_url = f"http://127.0.0.1:{port}/mail"
        yield Running(base_url, "Müller GmbH", "Straße%20+/=", ("1001", "1002"))


@variant("PHP's built-in server; text/javascript; the key looks like a number to PHP")
def on_php() -> Iterator[Running]:
    with _process("php", "overview.php") as port:
        users = ("élodie@crème.example", "éric@crème.example")
        key = "0e462097431906509019562988736854"
        yield Running(f"http://127.0.0.1:{port}", "boutique", key, users)


@variant("Go's net/http; counts beyond 2^63; repeated parameters and malformed queries are refused")
def on_go() -> Iterator[Running]:
    with _process("go", "run", "overview.go") as port:
        users = ("gopher+1@burrow.example", "gopher+2@burrow.example")
        yield Running(f"http://127.0.0.1:{port}", "gärtner", "Löwenzahn-&-Klee=7+", users)


@variant("Ruby's WEBrick and REXML; names with an apostrophe and with a space")
def on_ruby() -> Iterator[Running]:
    with _process("ruby", "overview.rb") as port:
        users = ("o'neil", "naïve café")
        yield Running(f"http://127.0.0.1:{port}", "ルビー", 'rouge; vert, "bleu" #{1}', users)
