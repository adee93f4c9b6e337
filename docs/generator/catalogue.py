"""The catalogue of requirements, the page of each, and what no schema can judge."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter

from generator.regions import table
from reseller_conformance.checks.second_opinion import BEYOND_SCHEMAS, Beyond
from reseller_conformance.guidance import page_of
from reseller_conformance.requirements import CATALOGUE, Requirement

__all__ = ["beyond_schemas", "catalogue", "requirements"]

TOPICS = {
    "success": "The success envelope",
    "http": "HTTP",
    "readable": "Is it readable?",
    "errors": "The error envelope",
    "rejects": "When an error is expected",
    "request": "The request",
    "clients": "The same call from any client",
    "consistency": "The two formats together",
    "isolation": "Each call by itself",
    "values": "Do the values make sense?",
}
BY_TOPIC = sorted(CATALOGUE, key=lambda known: list(TOPICS).index(known.topic))


def catalogue() -> str:
    """Return a table of all requirements."""
    rows = ([f"[{one.id}](#{one.id})", one.level.upper(), _plain(one)] for one in BY_TOPIC)
    return table(["requirement", "level", "what"], rows)


def requirements() -> str:
    """Return the page of each requirement, by topic. The anchor of each is its id."""
    parts = []
    for topic, known in groupby(BY_TOPIC, attrgetter("topic")):
        parts.append(f"## {TOPICS[topic]}")
        for one in known:
            # its headings are below that of the topic
            page = re.sub(r"(?m)^(#{1,2}) ", r"##\1 ", page_of(one).strip())
            parts.append(f'<a id="{one.id}"></a>\n\n{page}')
    return "\n\n".join(parts)


def beyond_schemas() -> str:
    """Return a table of where the reader and a schema may differ."""
    head = ["what", "format", "requirements", "why", "the body is"]
    return table(head, map(_beyond, BEYOND_SCHEMAS))


def _beyond(row: Beyond) -> list[str]:
    links = (f"[{one.id}](requirements.md#{one.id})" for one in row.requirements)
    format = " or ".join(format.upper() for format in row.formats)
    left = "not validated" if row.whole else "validated, less this violation"
    return [row.what, format, ", ".join(links), row.reason, left]


def _plain(requirement: Requirement) -> str:
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", requirement.title)
