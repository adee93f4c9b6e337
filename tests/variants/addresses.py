"""The address of an implementation: below a path, on IPv6, by a name, behind TLS of its own."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from reseller_conformance.reference import Reference
from variants.registry import Running, program, variant
from variants.shops import ACCENTED, DEFAULT
from variants.wire import Wire, on_wire

__all__: list[str] = []


def _wire() -> Wire:
    return Wire(Reference(ACCENTED.accounts))


@variant("below a path that contains an encoded space")
def base_path() -> Iterator[Running]:
    with on_wire(_wire(), ACCENTED, path="/tenants/acme%20corp/~api") as running:
        yield running


@variant("on IPv6")
def ipv6() -> Iterator[Running]:
    with on_wire(_wire(), ACCENTED, host="::1", shown="[::1]") as running:
        yield running


@variant("by the name localhost")
def localhost() -> Iterator[Running]:
    with on_wire(_wire(), ACCENTED, shown="localhost") as running:
        yield running


# --- TLS -----------------------------------------------------------------------------------------


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run([program("openssl"), *words], cwd=folder, check=True, capture_output=True)


def _certified(folder: Path) -> ssl.SSLContext:
    """Make a private authority in `folder`, and a server with a certificate of it."""
    request = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    authority = ("-keyout", "ca.key", "-out", "ca.pem", "-days", "2")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl(folder, *request, "/CN=Private authority", "-x509", *authority, *usage)
    _openssl(folder, *request, "/CN=api", "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
    vouching = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
    signed = ("-in", "server.csr", "-out", "server.pem", "-days", "1")
    _openssl(folder, "x509", "-req", *signed, *vouching)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


@variant("TLS with a certificate of a private authority")
def private_authority() -> Iterator[Running]:
    with TemporaryDirectory(prefix="variants-tls-") as name:
        folder = Path(name)
        context, authority = _certified(folder), str(folder / "ca.pem")
        wire = Wire(Reference(DEFAULT.accounts))
        with on_wire(wire, context=context, ca_bundle=authority) as running:
            yield running
