"""The corpus of bodies: each available validator, and the reader, agree with its index."""

from __future__ import annotations

import pytest

from bodies import BODIES, CORPUS
from interop.validators import VALIDATORS
from interop.verdicts import VERDICTS, differing
from reseller_conformance.contract import Format
from reseller_conformance.envelope import ErrorList, Overview, Unreadable, read_envelope

READ_AS = {Overview: "overview", ErrorList: "errors", Unreadable: "unreadable"}
BEYOND_SCHEMAS = "What no schema can say: "


@pytest.mark.parametrize("format", Format)
def test_the_index_names_each_body_of_its_folder_once(format: Format) -> None:
    indexed = [body.name for body in BODIES if body.format == format]
    assert sorted(indexed) == sorted(path.name for path in (CORPUS / format).iterdir())


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("schemas", VERDICTS)
def test_there_are_bodies_of_every_kind(format: Format, schemas: str) -> None:
    kinds = [body.schemas for body in BODIES if body.format == format and body.has_document]
    assert len(kinds) >= 150
    assert kinds.count(schemas) >= 15


@pytest.mark.parametrize("name", ["jsonschema", "xmlschema", "lxml"])
def test_each_validator_at_hand_gives_the_verdict_of_the_index(name: str) -> None:
    pytest.importorskip(name, reason=f"waits for {name} to be installed")
    (validator,) = (validator for validator in VALIDATORS if validator.name == name)
    assert differing(validator, BODIES) == []


@pytest.mark.parametrize("format", Format)
def test_the_reader_reads_each_body_as_the_index_has_it(format: Format) -> None:
    bodies = [body for body in BODIES if body.format == format]
    read = {body.name: read_envelope(body.path.read_bytes(), format) for body in bodies}
    got = {
        name: (READ_AS[type(envelope)], {problem.requirement.id for problem in envelope.problems})
        for name, envelope in read.items()
    }
    assert got == {body.name: (body.reader, body.problems) for body in bodies}


def test_what_the_schemas_take_the_reader_reads_and_the_other_way_round() -> None:
    for body in BODIES:
        if not body.has_document or body.group.startswith(BEYOND_SCHEMAS):
            continue
        clean = body.reader if not body.problems else "neither"
        assert body.schemas == clean, body.name
