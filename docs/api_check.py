"""Compare the public names with those of a release: `python docs/api_check.py TAG`, `nox -s api`.

Exit code 1 where a change breaks the users of a name. What is not public may change.
"""

from __future__ import annotations

import sys

import griffe

import reseller_conformance

PACKAGE = "reseller_conformance"


def public_names(package: griffe.Object | griffe.Alias) -> set[str]:
    """Return what the package exports, by the text of its `__all__`."""
    return {str(name).strip("'\"") for name in package.exports or ()}


def homes() -> tuple[str, ...]:
    """Return the path of each public name where it is defined."""
    found = []
    for name in reseller_conformance.__all__:
        thing = getattr(reseller_conformance, name)
        module = getattr(thing, "__module__", None)
        found.append(f"{module}.{name}" if module else getattr(thing, "__name__", name))
    return tuple(found)


def broken(old: griffe.Object | griffe.Alias, new: griffe.Object | griffe.Alias) -> list[str]:
    """Return a line for each change that breaks a public name."""
    removed = sorted(public_names(old) - public_names(new))
    lines = [f"{name} is no longer public" for name in removed]
    public = homes()
    for change in griffe.find_breaking_changes(old, new):
        path = change.obj.path
        if any(path == home or path.startswith(f"{home}.") for home in public):
            lines.append(change.explain(griffe.ExplanationStyle.ONE_LINE))
    return lines


def main(tag: str) -> int:
    """Print what is broken since this tag."""
    old = griffe.load_git(PACKAGE, ref=tag, search_paths=["conformance"])
    new = griffe.load(PACKAGE, search_paths=["conformance"])
    lines = broken(old, new)
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
