"""The six validators: which of the three schemas each accepts for a body.

Each gets bodies as its users pass them: bytes, through its usual parser. Nothing of this project's
own package judges here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

__all__ = ["KINDS", "LIBRARIES", "SCHEMAS", "VALIDATORS", "Validator"]

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
KINDS = ("overview", "errors", "answer")

Takes = Mapping[str, Callable[[Any], bool]]
"""For each of the three schemas, whether it accepts a document."""


@dataclass(frozen=True, slots=True)
class Validator:
    """One validator of one format.

    `verdicts` returns for each body the schemas that accept it, as `overview answer`; or `none`; or
    `unparsed` or `failed` with the reason.
    """

    name: str
    format: str
    version: Callable[[], str]
    verdicts: Callable[[Sequence[Path]], list[str]]


# --- In this process: libraries, imported only when they are used -------------------------------


def _json(body: bytes) -> Any:
    return json.loads(body.decode("utf-8"))


def _lxml_document(body: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(body, etree.XMLParser(no_network=True, huge_tree=True))


@cache
def _schemas() -> Mapping[str, Any]:
    files = {kind: SCHEMAS / "json" / f"{kind}.schema.json" for kind in KINDS}
    return {kind: json.loads(file.read_text("utf-8")) for kind, file in files.items()}


def _jsonschema() -> Takes:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    found = [(schema["$id"], Resource.from_contents(schema)) for schema in _schemas().values()]
    registry: Registry[Any] = Registry().with_resources(found)
    checker = Draft202012Validator.FORMAT_CHECKER
    return {
        kind: Draft202012Validator(schema, registry=registry, format_checker=checker).is_valid
        for kind, schema in _schemas().items()
    }


def _jsonschema_rs() -> Takes:
    from jsonschema_rs import Draft202012Validator, Registry

    registry = Registry([(schema["$id"], schema) for schema in _schemas().values()])
    return {
        kind: Draft202012Validator(schema, registry=registry, validate_formats=True).is_valid
        for kind, schema in _schemas().items()
    }


def _xmlschema() -> Takes:
    from xmlschema import XMLSchema10

    return {kind: XMLSchema10(str(SCHEMAS / "xml" / f"{kind}.xsd")).is_valid for kind in KINDS}


def _lxml() -> Takes:
    from lxml import etree

    files = {kind: SCHEMAS / "xml" / f"{kind}.xsd" for kind in KINDS}
    return {kind: etree.XMLSchema(etree.parse(file)).validate for kind, file in files.items()}


def _judging(make: Callable[[], Takes], parse: Callable[[bytes], Any]) -> Callable[[bytes], str]:
    compiled = cache(make)

    def verdict(body: bytes) -> str:
        takes = compiled()
        try:
            document = parse(body)
        except (ValueError, SyntaxError, LookupError) as error:
            return f"unparsed: {error}"
        try:
            return " ".join(kind for kind in KINDS if takes[kind](document)) or "none"
        except Exception as error:  # any exception is this validator's verdict on the body
            return f"failed: {type(error).__name__}: {error}"

    return verdict


LIBRARIES: Mapping[str, Callable[[bytes], str]] = {
    "jsonschema": _judging(_jsonschema, _json),
    "jsonschema-rs": _judging(_jsonschema_rs, _json),
    "xmlschema": _judging(_xmlschema, ET.fromstring),
    "lxml": _judging(_lxml, _lxml_document),
}


def _library(name: str, format: str, beneath: Callable[[], str] = lambda: "") -> Validator:
    verdict = LIBRARIES[name]
    return Validator(
        name,
        format,
        lambda: version(name) + beneath(),
        lambda paths: [verdict(path.read_bytes()) for path in paths],
    )


def _libxml2() -> str:
    from lxml import etree

    return f", libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}"


# --- In other processes: programs, one process for all bodies -----------------------------------

HERE = Path(__file__).parent


def _ask(command: Sequence[str], paths: Sequence[Path]) -> list[str]:
    names = "".join(f"{path}\n" for path in paths)
    done = subprocess.run(
        [*command, str(SCHEMAS)], input=names, stdout=subprocess.PIPE, text=True, check=True
    )
    verdicts = done.stdout.splitlines()
    assert len(verdicts) == len(paths), f"{len(verdicts)} verdicts on {len(paths)} bodies"
    return verdicts


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (done.stdout or done.stderr).splitlines()[0]


def _ajv() -> str:
    manifest = Path(os.environ["NODE_PATH"]) / "ajv" / "package.json"
    return str(json.loads(manifest.read_text("utf-8"))["version"])


def _java() -> str:
    shown = _first_line("java", "-version")  # openjdk version "17.0.15" 2025-04-15
    return "JDK " + shown.split('"')[1]


VALIDATORS = (
    _library("jsonschema", "json"),
    _library("jsonschema-rs", "json"),
    Validator("Ajv", "json", _ajv, lambda paths: _ask(["node", str(HERE / "ajv.cjs")], paths)),
    _library("xmlschema", "xml"),
    _library("lxml", "xml", _libxml2),
    Validator(
        "javax.xml.validation",
        "xml",
        _java,
        lambda paths: _ask(["java", str(HERE / "Judge.java")], paths),
    ),
)
"""The three of each format."""
