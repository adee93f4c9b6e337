"""Runs of an application that the command line serves: how it starts, fails and writes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from command_line import CREDENTIALS, SCHEMA, quick
from reseller_conformance import __version__
from reseller_conformance.cli.commands import main


def test_an_app_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    done = quick(tmp_path, "--app", "nowhere:app", "--user", "a@example.com", env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: there is no module 'nowhere' here or in the Python path\n"


@pytest.mark.parametrize(
    "module",
    [
        'import os\nraise RuntimeError("bad key " + os.environ["RESELLER_API_KEY"])\n',
        'import os\ndef __getattr__(_):\n    raise RuntimeError(os.environ["RESELLER_API_KEY"])\n',
    ],
    ids=["imported", "looked into"],
)
def test_what_an_app_says_of_its_own_failure_holds_no_key(tmp_path: Path, module: str) -> None:
    (tmp_path / "shop.py").write_text(module)
    done = quick(tmp_path, "--app", "shop:app", "--user", "a@example.com", env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    assert CREDENTIALS["RESELLER_API_KEY"] not in done.stderr
    assert re.fullmatch(
        r"error: .* failed with RuntimeError: .*\*\*\* \(shop.py:[23]\)\n", done.stderr
    )


NOT_STARTING = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette

def database():
    raise RuntimeError("no database at " + KEY)

@asynccontextmanager
async def lifespan(app):
    database()
    yield

import os
KEY = os.environ["RESELLER_API_KEY"]
starlette = Starlette(lifespan=lifespan)

async def plain(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "first\\nno database"})
"""


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["", "workers"])
@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("starlette", "RuntimeError: no database at *** (shop.py:6)"),
        ("plain", "no database"),
    ],
)
def test_an_app_that_does_not_start_is_wrong_usage(
    app: str, why: str, rest: list[str], tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(NOT_STARTING)
    words = ["--app", f"shop:{app}", "--user", "a@example.com", "--report-json", "r.json"]
    done = quick(tmp_path, *words, *rest, env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    worker = "worker gw[01]: " if rest else ""
    expected = f"error: {worker}the application did not start: {re.escape(why)}\n"
    assert re.fullmatch(expected, done.stderr)
    assert not (tmp_path / "r.json").exists()


def test_an_app_without_its_server_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asgi_shop_here.py").write_text("async def app(scope, receive, send): ...\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    assert main(["run", "--app", "asgi_shop_here:app", "--user", "a@example.com"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: an ASGI application needs uvicorn: pip install uvicorn\n"


FAILING = """
import logging, os
from reseller_conformance.reference import Reference, default_reference, Application

KEY = os.environ["RESELLER_API_KEY"]
accounts = default_reference().accounts

class Shop(Reference):
    def find_customer(self, reseller, user):
        print("looking up", user, "with", KEY)
        logging.getLogger("shop").warning("key %s", KEY.encode().hex())
        if "'" in user:
            raise LookupError(f"no customer {user} for {KEY}")
        return super().find_customer(reseller, user)

app = Application(Shop(accounts))

class Refusing(Reference):
    def look_up(self, parameters):
        refusal = super().look_up(parameters)
        print("refusing")
        return refusal

    def refuse(self, wanted, refusal):
        from dataclasses import replace
        return replace(super().refuse(wanted, refusal), status=500)

silent = Application(Refusing(accounts))
"""


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["", "workers"])
@pytest.mark.parametrize("log", [[], ["--app-log"]], ids=["", "log"])
def test_a_5xx_of_an_app_shows_the_end_of_its_traceback(
    log: list[str], rest: list[str], tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    reports = [f"--report-{kind}=r.{kind}" for kind in ("json", "html", "junit", "markdown")]
    words = ["--app", "shop:app", "--user", "customer@example.com", *log, *reports]
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    done = quick(tmp_path, *words, *rest, env=env)
    assert done.returncode == 1
    said = done.stdout
    assert 'File "shop.py", line 13, in find_customer' in said
    assert re.search(r"LookupError: no customer \S*'\S* for\s+\*\*\*", said)
    assert ("looking up" in said, "WARNING shop: key ***" in said) == (bool(log), bool(log))
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    found = [finding for entry in report["requirements"] for finding in entry["findings"]]
    assert found
    for finding in found:
        failed = finding["status"] == 500
        assert ("LookupError" in finding["app_log"]) == failed
        assert ("looking up" in finding["app_log"]) == bool(log)
    for path in tmp_path.glob("r.*"):
        text = path.read_text(encoding="utf-8")
        assert "LookupError" in text
        assert "Demo-Key-0001" not in text
        assert b"Demo-Key-0001".hex() not in text


def test_where_an_app_raised_nothing_the_way_to_its_output_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    words = ["--app", "shop:silent", "--user", "customer@example.com"]
    only = ["--", "-k", "server_error"]
    assert "--app-log shows what it prints" in quick(tmp_path, *words, *only, env=env).stdout
    said = quick(tmp_path, *words, "--app-log", *only, env=env).stdout
    assert "app       refusing" in said
    assert "--app-log" not in said


def test_a_run_of_an_app_prints_its_heading_first(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    words = ["--app", "shop:app", "--user", "customer@example.com", "--", "-k", "server_error"]
    said = quick(tmp_path, *words, env=env).stdout
    assert said.startswith(f"reseller-conformance {__version__}")
    assert said.count("target: ") == 1
