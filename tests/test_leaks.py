"""The key is in no output of a run, even if the target returns it in any form.

The target echoes its whole request in every response, in each of the ways of writing
it. A whole pytest runs against it in each mode, and all its output is searched.
"""

import base64
import json
from html import unescape
from urllib.parse import quote, quote_plus

import pytest

from reseller_conformance.reports.registry import WRITERS

KEY = 'k3y/with+odd&chars=%41é "<'
USER = "acme"

ECHO = """
import base64, json
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape, quoteattr

def app(environ, start_response):
    query = environ["QUERY_STRING"]
    plain = unquote_plus(query)
    coded = base64.b64encode(plain.encode()).decode()
    said = [query, plain, coded, repr(plain), plain.encode("utf-8").hex()[:0]]
    if environ["PATH_INFO"].endswith(".json"):
        body = json.dumps({"message": "error", "errors": said}).encode()
    else:
        errors = "".join(f"<error>{escape(text)}</error>" for text in said)
        body = f"<result><message>error</message><errors>{errors}</errors></result>".encode()
    if RIGHT and "task=overview" in query and query.count("&") == 3 and query.endswith("user=ann"):
        body = json.dumps(OVERVIEW).encode()
    headers = [("Content-Type", "text/plain"), ("X-Echo", query), ("Location", "/?" + query)]
    start_response("302 Found" if not RIGHT else "200 OK", headers)
    return [body]

RIGHT = True
OVERVIEW = {
    "reputation": 100, "requests": 1, "package": "Silver", "credits_allowed": 5, "credits_used": 6,
    "credits_remain": 0, "credits_overage": 1, "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29", "billing_process_date": "2010-09-30",
}
"""

SUITE = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass

def test_the_suite_itself_fails(reseller_target, reseller_session):
    secret = reseller_session.target.api_key.reveal()
    raise RuntimeError(f"a fault of the suite, with {secret} in it")
"""

FORMS = (
    KEY,
    quote(KEY, safe=""),
    quote(KEY, safe="/"),
    quote_plus(KEY),
    "".join(f"%{byte:02X}" for byte in KEY.encode()),
    json.dumps(KEY)[1:-1],
    json.dumps(KEY, ensure_ascii=False)[1:-1],
    KEY.replace("&", "&amp;").replace("<", "&lt;"),
    base64.b64encode(KEY.encode()).decode().rstrip("=")[:-2],
    KEY[:-1],
    KEY[1:],
)

MODES = {
    "plain": [],
    "locals": ["-l"],
    "full trace": ["--full-trace", "-l"],
    "logs": ["--log-level=DEBUG", "-rA", "-o", "log_cli=true"],
    "two workers": ["-n", "2", "-l"],
    "warnings": ["-W", "always", "-vv"],
}


@pytest.mark.parametrize("redirects", [False, True], ids=["answers", "redirects"])
@pytest.mark.parametrize("mode", MODES)
def test_no_form_of_the_key_is_written(pytester, monkeypatch, mode, redirects):
    monkeypatch.setenv("RESELLER_API_USER", USER)
    monkeypatch.setenv("RESELLER_API_KEY", KEY)
    pytester.makepyfile(echo=ECHO.replace("RIGHT = True", f"RIGHT = {not redirects}"))
    pytester.makepyfile(test_mine=SUITE)
    files = ["--junit-xml=junit.xml"]
    files += [f"--reseller-{writer.option}={writer.option}" for writer in WRITERS]
    target = ["--reseller-app=echo:app", "--reseller-user=ann", "--reseller-depth=quick"]
    some = ["-k", "itself or returned or format or key"]
    result = pytester.runpytest(*target, *files, *some, *MODES[mode])
    assert result.ret in (1, 3)
    written = [result.stdout.str(), result.stderr.str()]
    names = ["junit.xml", *(writer.option for writer in WRITERS)]
    written += [(pytester.path / name).read_text("utf-8") for name in names]
    written += [unescape(text) for text in written]
    assert "a fault of the suite" in written[0]
    for form in FORMS:
        assert not any(form in text for text in written), form


TELLING = """
import base64, json, os, sys
from html import escape
from urllib.parse import quote, quote_plus
from reseller_conformance.reference import Application, Reference, default_reference

KEY = os.environ["RESELLER_API_KEY"]
FORMS = [
    KEY, KEY[:-1], repr(KEY), quote(KEY, safe=""), quote_plus(KEY), json.dumps(KEY), escape(KEY),
    KEY.encode().hex(), base64.b64encode(f"acme:{KEY}".encode()).decode(),
    "".join(f"%{byte:02x}" for byte in KEY.encode()), "\\n".join([KEY[:9], KEY[9:]]),
]

def app(environ, start_response):
    for form in FORMS:
        print("the key is", form)
        sys.stderr.write(form[:11])
        sys.stderr.write(form[11:] + "\\n")
    raise KeyError(*FORMS)
"""


@pytest.mark.parametrize("length", [8, 16, 64, 200])
@pytest.mark.parametrize("mode", ["plain", "locals", "two workers"])
def test_what_an_app_tells_of_itself_holds_no_key(pytester, monkeypatch, mode, length):
    key = (f"k3y/{length}+odd&chars=%41\xe9 " * 20)[:length].strip()
    monkeypatch.setenv("RESELLER_API_USER", USER)
    monkeypatch.setenv("RESELLER_API_KEY", key)
    pytester.makepyfile(telling=TELLING, test_mine=SUITE)
    files = [f"--reseller-{writer.option}={writer.option}" for writer in WRITERS]
    words = ["--reseller-app=telling:app", "--reseller-app-log", "--reseller-user=ann"]
    words.append("--reseller-depth=quick")
    result = pytester.runpytest(*words, *files, "-k", "server_error or returned", *MODES[mode])
    written = [result.stdout.str()]
    written += [(pytester.path / writer.option).read_text("utf-8") for writer in WRITERS]
    written += [unescape(text) for text in written]
    assert "app:       the key is ***" in written[0]
    assert "KeyError: " in written[0]
    shown = (key, key[:-1], quote(key, safe=""), key.encode().hex(), json.dumps(key)[1:-1])
    for form in shown:
        assert not any(form in text for text in written), form


def test_an_echoed_key_is_told(pytester, monkeypatch):
    monkeypatch.setenv("RESELLER_API_USER", USER)
    monkeypatch.setenv("RESELLER_API_KEY", KEY)
    pytester.makepyfile(echo=ECHO, test_mine=SUITE)
    result = pytester.runpytest(
        "--reseller-app=echo:app",
        "--reseller-user=ann",
        "--reseller-depth=quick",
        "-k",
        "no_key_echo",
    )
    result.stdout.fnmatch_lines(["MUST errors.no-key-echo ?json?:*"])
