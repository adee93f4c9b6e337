"""The head of a request as it is sent, which the adapter keeps for the thread that sends it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from reseller_conformance.cases.profiles import HOST

__all__ = ["AS_WRITTEN", "HEAD", "Head"]

TRANSFER_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
"""Transfer codings that the suite undoes where a request accepts them, as Perl's LWP does."""


class Head(NamedTuple):
    """The head of a request as a client profile writes it.

    `closes` is True if the connection closes after it.
    """

    version: str
    fields: tuple[tuple[str, str], ...]
    closes: bool

    @property
    def transfer_codings(self) -> frozenset[str]:
        """The transfer codings beside `chunked` that TE accepts (RFC 9110, 10.1.4)."""
        values = [value for name, value in self.fields if name.lower() == "te"]
        offered = ",".join(values).lower().split(",")
        return TRANSFER_CODINGS & {one.partition(";")[0].strip() for one in offered}

    def lines(self, prepared: list[bytes]) -> list[bytes]:
        """Return the lines to send, with the prepared method, target and host."""
        host = next(line for line in prepared if line.lower().startswith(b"host:"))
        host_value = host.partition(b":")[2].strip().decode("latin-1")
        target = prepared[0].rpartition(b" ")[0]
        fields = [f"{k}: {host_value if v == HOST else v}" for k, v in self.fields]
        first = target + f" HTTP/{self.version}".encode()
        return [first, *(line.encode("latin-1") for line in fields)]


AS_WRITTEN: ContextVar[str] = ContextVar("AS_WRITTEN")
"""The request target of this thread, exactly as it must be sent."""

HEAD: ContextVar[Head | None] = ContextVar("HEAD", default=None)
"""The head of this thread's request, if a client profile defines it."""
