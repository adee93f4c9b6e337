"""One comparison from the command line: both targets, all calls, the reports, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module

import click

from reseller_conformance.app_server.applications import AppError, load_app
from reseller_conformance.app_server.call_log import CallLog
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cases.case import Case
from reseller_conformance.client import Client, redacted, scrubber_of
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.compare.contract import violated_by_either
from reseller_conformance.compare.model import Comparison
from reseller_conformance.compare.paired import Sender
from reseller_conformance.compare.recording import Recorder, Recording
from reseller_conformance.compare.session import Session
from reseller_conformance.compare.settings import CompareSettings, SettingsError, plan_of
from reseller_conformance.compare.sides import Protection, Side
from reseller_conformance.compare.terminal import print_comparison
from reseller_conformance.config.settings import Settings
from reseller_conformance.findings.curl import curl
from reseller_conformance.findings.model import ExitCode
from reseller_conformance.redaction.logs import redacted_output
from reseller_conformance.reports.text import visible
from reseller_conformance.util.files import write_file

__all__ = ["Watched", "compare", "run", "unwatched"]

RENDERERS = {
    "report-json": "json_report",
    "report-html": "html",
    "report-markdown": "markdown",
    "report-junit": "junit",
}
"""The module of this package that makes each report."""


NOTHING = "no call was compared"
INTERRUPTED = "The comparison was interrupted: only the calls before that are compared."

Watched = Callable[[Session], AbstractContextManager[None]]
"""Watches a comparison while its calls are made."""


def unwatched(_: Session) -> AbstractContextManager[None]:
    """Watch nothing."""
    return nullcontext()


def run(settings: CompareSettings, color: bool | None = None, watched: Watched = unwatched) -> int:
    """Compare, print and write the reports, and return the exit code.

    Raises SettingsError before a call is made.
    """
    try:
        with ExitStack() as stack:
            old = stack.enter_context(_served(settings.old)) if settings.old else None
            new = stack.enter_context(_served(settings.new)) if settings.new else None
            comparison = compare(settings, old, new, watched)
    except KeyboardInterrupt:  # before the first call
        comparison = _nothing_compared(settings)
    print_comparison(comparison, color)
    problems = _written(settings, comparison)
    for problem in problems:
        click.echo(f"error: {visible(problem)}", err=True)
    if comparison.interrupted:
        click.echo("interrupted", err=True)
    return ExitCode.UNVERIFIED if problems else comparison.exit_code


@contextmanager
def _served(settings: Settings) -> Iterator[Target]:
    """Yield the target, an app served meanwhile. Raises SettingsError where it cannot be."""
    target = settings.target
    assert target is not None
    if settings.app is None:
        yield target
        return
    redact = scrubber_of(target).text
    with ExitStack() as stack:
        stack.enter_context(redacted_output(redact))
        why = ""
        try:
            url = stack.enter_context(serve_app(load_app(settings.app), log=CallLog(output=False)))
        except AppError as error:
            why = visible(redact(str(error)))
        if why:
            raise SettingsError(why)
        yield replace(target, base_url=url)


def compare(
    settings: CompareSettings,
    old: Target | None,
    new: Target | None,
    watched: Watched = unwatched,
) -> Comparison:
    """Send all calls to both targets, and return what they come to. Writes only the recording."""
    chosen = settings.calls_of
    record = Recording(_named(settings.old), plan_of(chosen)) if settings.record and old else None
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with ExitStack() as stack:
        clients = [
            stack.enter_context(Client(side, _limits(limits)))
            for side, limits in ((old, settings.old), (new, settings.new))
            if side and limits
        ]
        session = _session(settings, clients, old, new, record)
        session.run(watched(session))
        sent = sum(client.traffic.calls for client in clients)
        early = next((client.early_end for client in clients if client.early_end), "")
    if record is not None:
        record.protection = session.protection_of_old
        _write_recording(record, settings)
    result = replace(
        _nothing_compared(settings),
        compared=session.compared,
        calls=sent,
        notes=(*session.notes, *_notes(session, early, record)),
        unverified=session.unverified or _nothing(session, record),
        interrupted=session.interrupted,
        started=started,
    )
    is_partial = early or session.notes or session.unsent or session.interrupted
    complete = not (is_partial or result.unverified)
    return _with_kinds(result, session, settings, old, new, complete=complete)


def _session(
    settings: CompareSettings,
    clients: Sequence[Client],
    old: Target | None,
    new: Target | None,
    record: Recording | None,
) -> Session:
    """Return the comparison of these; a recording takes the place of OLD and has its customers."""
    chosen = settings.calls_of
    target = old or new
    assert target is not None
    responder: Sender = settings.recording or clients[0]
    recorded = settings.recording.protection if settings.recording else Protection()
    if record is not None:
        responder = Recorder(responder, record)
    of_new = Side(clients[-1], new, settings.new) if new and settings.new else None
    return Session(
        Side(responder, target, settings.old or chosen, recorded),
        of_new,
        settings.grade if chosen.max_violations else None,
    )


def _limits(settings: Settings) -> Limits:
    """Return the limits of a run. The budget of a smoke test leaves room for repeated calls."""
    limits = settings.limits
    return replace(limits, max_smoke_requests=3 * (limits.max_smoke_requests or 0) or None)


def _with_kinds(
    result: Comparison,
    session: Session,
    settings: CompareSettings,
    old: Target | None,
    new: Target | None,
    *,
    complete: bool,
) -> Comparison:
    """Add what the tally holds. Only a complete comparison knows which entries are stale."""
    tally = session.tally
    kinds = tally.kinds(_curl(old), _curl(new), settings.accepted)
    found = {kind.id for kind in kinds}
    return replace(
        result,
        kinds=kinds,
        noise=tally.noise(_curl(old)),
        violated=violated_by_either(session.old_judged, session.new_judged),
        latency=tally.latency,
        stale=tuple(sorted(settings.accepted.keys() - found)) if complete else (),
    )


def _nothing_compared(settings: CompareSettings) -> Comparison:
    """Return a comparison that was interrupted before the first call."""
    chosen = settings.calls_of
    return Comparison(
        old=settings.recording.target if settings.recording else _named(settings.old),
        new=_named(settings.new),
        grade=settings.grade,
        compared=0,
        calls=0,
        notes=(INTERRUPTED,),
        unverified=NOTHING,
        interrupted=True,
        depth=chosen.depth.value,
        formats=tuple(map(str, chosen.formats)),
        seed=chosen.seed,
    )


def _named(settings: Settings | None) -> str:
    """Return the target as the operator names it, without a secret."""
    if settings is None or settings.target is None:
        return ""
    scrub = scrubber_of(settings.target).text
    return scrub(f"app:{settings.app}") if settings.app else redacted(settings.target).base_url


def _nothing(session: Session, record: Recording | None) -> str:
    return "" if session.tally.compared or (record and record.calls) else NOTHING


def _notes(session: Session, early: str, record: Recording | None) -> Iterator[str]:
    if session.interrupted:
        yield INTERRUPTED
    elif early:
        yield f"Not all calls were made: {early}."
    elif session.unsent and not session.notes:
        yield f"{session.unsent:,} calls were not compared: one side did not send or record them."
    if record is not None:
        yield f"{record.responses:,} responses of OLD are recorded."


def _curl(target: Target | None) -> Callable[[Case], str]:
    """Return what makes the command for a call; empty for an app, which has gone."""

    def made(case: Case) -> str:
        if target is None or target.kind == "app":
            return ""
        return scrubber_of(target).text(curl(case, target))

    return made


def _write_recording(record: Recording, settings: CompareSettings) -> None:
    assert settings.record is not None
    try:
        record.write(settings.record)
    except OSError as error:
        why = error.strerror or error
        raise SettingsError(f"--record could not be written, {why}: {settings.record}") from None


def _written(settings: CompareSettings, comparison: Comparison) -> list[str]:
    """Write each report, and return a line for each that could not be written."""
    problems = []
    for writer, path in settings.calls_of.reports:
        module = import_module(f"reseller_conformance.compare.{RENDERERS[writer.option]}")
        try:
            write_file(path, module.render(comparison))
        except OSError as error:
            why = error.strerror or error
            problems.append(f"--{writer.option} could not be written, {why}: {path}")
    return problems
