"""The example repositories are green. `nox -s examples` runs them with the wheel, in more ways."""

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest

import hosts
import reseller_conformance

NEEDED = {"flask-shop": "flask", "asgi-shop": "starlette", "billing-client": "requests"}
OURS = str(Path(reseller_conformance.__file__).parent.parent)


@pytest.mark.parametrize("name", hosts.REPOSITORIES)
def test_an_example_is_green(name):
    said = run(name, "strict markers")
    assert re.search("^conformant[ ,]", said, re.MULTILINE) or name == "billing-client"


def test_with_the_plugin_switched_off_the_other_tests_of_a_host_still_run():
    assert "2 passed" in run("flask-shop", hosts.OFF)


def run(name, way):
    if importlib.util.find_spec(NEEDED[name]) is None:
        pytest.skip(f"{name} needs {NEEDED[name]}: pip install {NEEDED[name]}")
    folder = hosts.EXAMPLES / name
    path = os.pathsep.join((OURS, str(folder / "src")))
    code, said = hosts.pytest_in(name, folder, sys.executable, hosts.WAYS[way], PYTHONPATH=path)
    assert hosts.problem_of(way, code, said) is None, said
    return said
