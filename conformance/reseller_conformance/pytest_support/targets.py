"""Assign each result to its target, if one pytest session tests several.

An item records its target. Under xdist, each worker may test a copy of one target at another
address. So all targets of one class count as one. A fixture with parameters gives a class several
targets, and the parameter in the item's id separates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reseller_conformance.contract import Format
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.run_info import TargetInfo

__all__ = ["label_of", "owner_of", "shortened", "targets_of"]

APP = "the app"


def label_of(target: TargetInfo, api_user: str) -> str:
    """Return a label that identifies a target: its address, the reseller and the customers.

    An app has another port in each class, so its label has no address.
    """
    where = {"app": APP, "embedded": "the embedded reference"}.get(target.kind or "")
    return f"{where or target.base_url}; {api_user}; {', '.join(target.customers or ())}"


def owner_of(nodeid: str) -> str:
    """Return the class of an item, with its parameters but without the format.

    `test_x.py::TestA::test_it[json-old]` and `…[xml-old]` belong to `test_x.py::TestA[old]`.
    """
    path, _, test = nodeid.rpartition("::")
    words = test.partition("[")[2].rpartition("]")[0].split("-")
    for format in (*Format, "both"):
        if format in words:
            words.remove(format)
            break
    return f"{path}[{'-'.join(words)}]" if any(words) else path


def targets_of(results: Mapping[str, Result]) -> dict[str, str]:
    """Return the target of each item, by node id. Equal targets share the first label.

    A class that failed before it had a target counts as a target of its own.
    """
    joined: dict[str, str] = {}

    def first(name: str) -> str:
        while joined.setdefault(name, name) != name:
            name = joined[name]
        return name

    by_owner: dict[str, str] = {}
    for nodeid, result in results.items():
        if result.target:
            known = first(by_owner.setdefault(owner_of(nodeid), result.target))
            joined[first(result.target)] = known
    found = {}
    for nodeid, result in results.items():
        owner = owner_of(nodeid)
        unnamed = owner if result.outcome is Outcome.ERROR else ""
        found[nodeid] = first(by_owner[owner]) if owner in by_owner else unnamed
    return found


def shortened(labels: Iterable[str]) -> dict[str, str]:
    """Return a short name for each label: only the address, if it is unique."""
    labels = list(labels)
    addresses = [label.partition(";")[0] for label in labels]
    return {
        label: address if addresses.count(address) == 1 else label
        for label, address in zip(labels, addresses, strict=True)
    }
