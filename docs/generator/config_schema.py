"""The JSON Schema of the configuration file, for editors: `schemas/config.schema.json`."""

from __future__ import annotations

import json
from typing import Any

from reseller_conformance.cases.depth import Depth
from reseller_conformance.config.file import FILE_OPTIONS, LISTS
from reseller_conformance.config.options import Option
from reseller_conformance.contract import Format
from reseller_conformance.requirements import Level

__all__ = ["config_schema"]

CHOICES = {
    "depth": [depth.value for depth in Depth],
    "level": [Level.MUST.value, Level.SHOULD.value],
}
ITEMS = {"formats": [format.value for format in Format]}


def config_schema() -> str:
    """Return the schema as text."""
    properties = {name: _member(option) for name, option in FILE_OPTIONS.items()}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:reseller-conformance:config:1",
        "$comment": "The $id names this schema; there is nothing to fetch.",
        "title": "Configuration of a run",
        "description": "reseller-conformance.toml, or [tool.reseller-conformance] of "
        "pyproject.toml. It holds no credentials and no headers.",
        "type": "object",
        "properties": {"$schema": {"type": "string"}, **properties},
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _member(option: Option) -> dict[str, Any]:
    about = {"description": option.help}
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    if option.flag:
        return {**about, "type": "boolean"}
    if option.name in CHOICES:
        return {**about, "enum": CHOICES[option.name]}
    if option.many or option.name in LISTS:
        item = {"enum": ITEMS[option.name]} if option.name in ITEMS else text
        return {**about, "anyOf": [text, {"type": "array", "items": item, "minItems": 1}]}
    return {**about, "type": ["string", "number"], "minLength": 1}
