"""`assert_conformant` on responses of the libraries and frameworks that people test with."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import flask
import httpx
import pytest
import requests
import responses
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

import reseller_conformance
from recorded import EXAMPLES, KEY, json_body, xml_body
from reseller_conformance import assert_conformant

PATH = "/apiv2/reseller.account.json"
QUERY = {"api_user": "me", "api_key": KEY, "task": "overview", "user": "customer@example.com"}

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True)

Get = Callable[[bytes, dict[str, str]], Any]
urlpatterns: list[Any] = []


def with_requests(body: bytes, query: dict[str, str]) -> Any:
    with responses.RequestsMock() as mock:
        mock.get(f"http://testserver{PATH}", body, content_type="application/json")
        return requests.get(f"http://testserver{PATH}", query, timeout=5)


def with_httpx(body: bytes, query: dict[str, str]) -> Any:
    headers = {"Content-Type": "application/json"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=headers))
    with httpx.Client(transport=transport) as client:
        return client.get(f"http://testserver{PATH}", params=query)


def with_flask(body: bytes, query: dict[str, str]) -> Any:
    app = flask.Flask(__name__)
    app.add_url_rule(PATH, view_func=lambda: flask.Response(body, mimetype="application/json"))
    return app.test_client().get(PATH, query_string=query)


def with_django(body: bytes, query: dict[str, str]) -> Any:
    import django
    from django.test import Client
    from django.urls import path

    django.setup()
    view = HttpResponse(body, content_type="application/json")
    urlpatterns[:] = [path(PATH.lstrip("/"), lambda _: view)]
    return Client().get(PATH, query)


def with_starlette(body: bytes, query: dict[str, str]) -> Any:
    from starlette.testclient import TestClient

    def view(_: object) -> Response:
        return Response(body, media_type="application/json")

    return TestClient(Starlette(routes=[Route(PATH, view)])).get(PATH, params=query)


@pytest.fixture(params=[with_requests, with_httpx, with_flask, with_django, with_starlette])
def get(request: pytest.FixtureRequest) -> Get:
    found: Get = request.param
    return found


# --- Of each kind ----------------------------------------------------------------------------


def test_a_conformant_response_passes(get: Get) -> None:
    response = get(json_body().encode(), QUERY)
    assert_conformant(response, expect="overview", level="should")


def test_what_departs_is_told(get: Get) -> None:
    body = json_body(billing_end_date="2010-02-30").encode()
    with pytest.raises(AssertionError) as caught:
        assert_conformant(get(body, QUERY))
    assert str(caught.value).splitlines()[:6] == [
        "1 requirement is violated; response, read as JSON: "
        "HTTP 200, application/json, an overview",
        "",
        "MUST success.dates: each date is YYYY-MM-DD, and a day that exists",
        "  source:    API docs, Response: Success, 2010-08-30",
        "  expected:  a day that exists, as a string YYYY-MM-DD",
        "  actual:    billing_end_date: the string '2010-02-30'",
    ]
    assert '"billing_end_date": "2010-02-30"' in str(caught.value)


def test_the_url_says_what_is_due(get: Get) -> None:
    response = get(json_body().encode(), {**QUERY, "task": "stats"})
    with pytest.raises(AssertionError, match=r"rejects\.task-other"):
        assert_conformant(response)


def test_the_url_says_the_format(get: Get) -> None:
    with pytest.raises(AssertionError, match=r"readable\.format"):
        assert_conformant(get(xml_body().encode(), QUERY))


def test_the_key_comes_back_neither_from_the_response_nor_in_the_message(get: Get) -> None:
    body = f'{{"message": "error", "errors": ["no such key: {KEY}"]}}'.encode()
    with pytest.raises(AssertionError, match=r"errors\.no-key-echo") as caught:
        assert_conformant(get(body, QUERY))
    assert KEY not in str(caught.value)
    assert "***" in str(caught.value)


@responses.activate
def test_the_key_beside_the_body_is_an_echo() -> None:
    url = f"http://x/apiv2/reseller.account.json?api_key={KEY}&task=overview"
    reported = b'{"message": "error", "errors": ["no"]}'
    headers = {"Content-Type": "application/json", "X-Query": f"api_key={KEY}"}
    responses.get(url, reported, headers=headers, status=403)
    response = requests.get(url)
    with pytest.raises(AssertionError, match=r"actual:\s+header X-Query") as failed:
        assert_conformant(response)
    assert KEY not in str(failed.value)
    response.headers.pop("X-Query")
    response.reason = f"No {KEY}"
    with pytest.raises(AssertionError, match=r"actual:\s+reason phrase"):
        assert_conformant(response)


@pytest.mark.parametrize("joint", ["<!-- -->", "<?x y?>", "<![CDATA[]]>", "<x/>"])
def test_a_key_that_the_reader_joins_is_not_in_the_message(joint: str) -> None:
    url = f"http://x/apiv2/reseller.account.xml?api_key={KEY}&task=overview"
    broken = f"{KEY[:5]}{joint}{KEY[5:]}"
    body = f"<result>{broken}<message>{broken}</message><errors><error/></errors></result>"
    response = httpx.Response(403, text=body, request=httpx.Request("GET", url))
    with pytest.raises(AssertionError) as failed:
        assert_conformant(response)
    said = str(failed.value)
    assert KEY not in said
    assert KEY[:5] not in said
    assert KEY[5:] not in said


# --- Options ---------------------------------------------------------------------------------


def test_a_body_alone_will_do() -> None:
    for path in EXAMPLES.iterdir():
        assert_conformant(path.read_bytes())
    assert_conformant(bytearray(json_body(), "utf-8"), format="json", expect="overview")


@pytest.mark.parametrize(
    ("body", "options", "requirement"),
    [
        (json_body(), {"expect": "error"}, "errors.shape"),
        ('{"message": "error", "errors": ["no"]}', {"expect": "overview"}, "success.returned"),
        (json_body(), {"format": "xml"}, "readable.format"),
        (json_body(reputation=101), {"level": "should"}, "values.reputation"),
        (xml_body(), {"content_type": "text/html", "level": "should"}, "http.content-type"),
        ("", {"format": "json"}, "http.body"),
        ("[" * 2_000_000, {}, "http.complete"),
    ],
)
def test_options_say_what_is_expected(body: str, options: dict[str, Any], requirement: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_conformant(body.encode(), **options)
    assert requirement in str(caught.value)


def test_a_should_counts_only_where_it_is_asked_for() -> None:
    assert_conformant(json_body(reputation=101).encode())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "most"}, "level is one of 'must', 'should', not: 'most'"),
        ({"level": "may"}, "level is one of 'must', 'should', not: 'may'"),
        ({"level": None}, "level is one of 'must', 'should', not: None"),
        ({"expect": "both"}, "expect is one of 'overview', 'success', 'error', not: 'both'"),
        ({"expect": True}, "expect is one of 'overview', 'success', 'error', not: True"),
        ({"expect": ["error"]}, "expect is one of 'overview', 'success', 'error', not: ['error']"),
        ({"expect": ""}, "expect is one of 'overview', 'success', 'error', not: ''"),
        ({"format": "yaml"}, "format is one of 'json', 'xml', not: 'yaml'"),
        ({"format": ".json"}, "format is one of 'json', 'xml', not: '.json'"),
    ],
    ids=str,
)
def test_an_option_that_means_nothing_is_refused_with_what_is_valid(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        assert_conformant(json_body().encode(), **options)


def test_a_content_type_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="content_type is a text such as 'application/json': 5"):
        assert_conformant(json_body().encode(), content_type=5)


def test_success_is_another_word_for_the_overview() -> None:
    assert_conformant(json_body().encode(), expect="success")
    with pytest.raises(AssertionError, match=r"success\.returned"):
        assert_conformant(b'{"message": "error", "errors": ["no"]}', expect="success")


def test_pytest_shows_the_line_of_the_test_and_no_frame_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from reseller_conformance import assert_conformant

        ERROR = b'{"message": "error", "errors": ["no"]}'

        @pytest.mark.parametrize("given, options", [
            (ERROR, {"expect": "overview"}),
            (ERROR, {"expect": "both"}),
            (ERROR, {"level": "may"}),
            (ERROR, {"format": "yaml"}),
            (b"plain text", {}),
            (ERROR.decode(), {}),
            ({"message": "error"}, {}),
            (None, {}),
        ])
        def test_one(given, options):
            assert_conformant(given, **options)

        @pytest.mark.parametrize("how, given", [
            ("malformed", ("torn",)), ("slow", (1, 0)), ("refused", ()), ("next", ("text",)),
        ])
        def test_mock(reseller_mock, how, given):
            more = {"times": 0} if how == "refused" else {}
            getattr(reseller_mock, how)(*given, **more)
        """
    )
    result = pytester.runpytest("-p", "no:randomly")
    result.assert_outcomes(failed=12)
    assert not [line for line in result.outlines if "reseller_conformance/" in line]


def test_the_format_must_be_told_by_something() -> None:
    with pytest.raises(ValueError, match="pass format='json'"):
        assert_conformant(b"plain text")


def test_a_message_holds_nothing_that_acts_on_a_terminal() -> None:
    body = json_body(package="\x1b[2J\u202e", billing_end_date="never").replace("\\u001b", "\x1b")
    with pytest.raises(AssertionError) as caught:
        assert_conformant(body.encode())
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_the_response_is_cut_around_the_wrong_place() -> None:
    body = b" " * 9_000 + json_body(credits_used="1,000").encode() + b" " * 9_000
    with pytest.raises(AssertionError) as caught:
        assert_conformant(body, format="json")
    [shown] = [one for one in str(caught.value).splitlines() if one.startswith("  response:")]
    assert '"credits_used": "1,000"' in shown
    assert shown.endswith(" more characters]")
    assert len(shown) < 250


# --- What cannot be judged -------------------------------------------------------------------


async def _promise() -> bytes:
    return b""


def test_a_promise_of_a_response_is_none() -> None:
    promise = _promise()
    with pytest.raises(TypeError, match="await coroutine"):
        assert_conformant(promise)
    promise.close()


class _Asynchronous(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{}"


UNREAD = "whole body was expected, but it has not been read"


@pytest.mark.parametrize(
    "response",
    [httpx.Response(200, stream=_Asynchronous()), StreamingHttpResponse([b"{}"])],
    ids=["httpx-asynchronous", "django"],
)
def test_a_response_that_is_a_stream_is_refused(response: object) -> None:
    with pytest.raises(TypeError, match=UNREAD):
        assert_conformant(response)


def test_a_stream_that_has_not_been_read_is_refused() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=iter([b"{}"])))
    with (
        httpx.Client(transport=transport) as client,
        client.stream("GET", "http://testserver/") as response,
        pytest.raises(TypeError, match=UNREAD),
    ):
        assert_conformant(response)


def test_a_stream_that_has_been_read_elsewhere_is_refused() -> None:
    with responses.RequestsMock() as mock:
        mock.get("http://testserver/", b"{}")
        response = requests.get("http://testserver/", stream=True, timeout=5)
        list(response.iter_content(10))
    with pytest.raises(TypeError, match=UNREAD):
        assert_conformant(response)


@pytest.mark.parametrize("response", [None, 200, object()])
def test_what_is_no_response_is_refused(response: object) -> None:
    with pytest.raises(TypeError, match=r"a response of requests, httpx, .* was expected, .* not:"):
        assert_conformant(response)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ("{}", "a body is given as bytes, as it came; give response.content, not: str"),
        ({}, "a response or its bytes was expected, not what was read of it: dict"),
        ([], "a response or its bytes was expected, not what was read of it: list"),
        (
            requests.Response(),
            "a received response was expected, not one without status: requests.models.Response",
        ),
    ],
)
def test_what_was_made_of_a_response_is_refused(response: object, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        assert_conformant(response)


def test_an_asynchronous_response_that_was_read_is_one() -> None:
    import asyncio

    async def get() -> httpx.Response:
        received = httpx.Response(
            200, content=json_body(), headers={"Content-Type": "text/javascript"}
        )
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: received)) as client:
            return await client.get(f"http://testserver{PATH}")

    response = asyncio.run(get())
    with pytest.raises(AssertionError, match="rejects"):  # because the URL has no query
        assert_conformant(response)


def test_it_is_public_and_loads_none_of_these_libraries() -> None:
    assert "assert_conformant" in reseller_conformance.__all__
    heavy = (
        "requests",
        "httpx",
        "flask",
        "django",
        "starlette",
        "pytest",
        "hypothesis",
        "click",
        "rich",
        "jsonschema",
        "xmlschema",
    )
    code = (
        "import sys; from reseller_conformance import assert_conformant; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
