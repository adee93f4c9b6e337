"""The HTML report in a real browser: nothing in it runs, and every reader can use it.

Run by `nox -s browser`. With REPORT_SCREENSHOTS, it writes pictures into that folder.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from comparison_pages import COMPARISONS
from pages import GREEN, HOSTILE, MARKUP, RED
from reseller_conformance.findings.model import Outcome, Run
from reseller_conformance.reports.html import render
from reseller_conformance.requirements import CATALOGUE, Level

pytestmark = pytest.mark.browser

RUNS = {"green": GREEN, "red": RED, "hostile": HOSTILE}
PAGES: dict[str, Run | str] = {**RUNS, **COMPARISONS}
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The events of a request that the page sends.
SENT = ("Network.requestWillBeSent", "Network.webSocketCreated")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    for command in ("chromium", "chromedriver"):
        if shutil.which(command) is None:
            pytest.skip(f"waits for {command} to be installed")
    webdriver = pytest.importorskip("selenium.webdriver", reason="waits for selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options, service) as running:
        yield running


class Browser:
    """A browser with one page open."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver = driver
        self.file = folder / "report.html"

    def open(self, page: Run | str) -> Browser:
        """Open a report."""
        self.file.write_text(page if isinstance(page, str) else render(page), encoding="utf-8")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(self.file.as_uri())
        return self

    def tell(self, command: str, **given: Any) -> Any:
        """Send the browser itself a command."""
        return self.driver.execute_cdp_cmd(command, given)

    def js(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def size(self, width: int, height: int = 800, mobile: bool = False) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.tell("Emulation.setDeviceMetricsOverride", **metrics)

    def colours(self, scheme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.tell("Emulation.setEmulatedMedia", features=[feature])

    def keys(self, *pressed: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*pressed).perform()

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def shown(self, selector: str) -> list[str]:
        """Return the visible texts of these elements."""
        found = self.driver.find_elements("css selector", selector)
        return [one.text for one in found if one.is_displayed()]

    def rows(self) -> list[str]:
        return self.shown("tbody tr th code")

    def findings(self) -> list[str]:
        return self.shown(".finding h3 code")

    def open_all(self) -> None:
        self.js("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    def requests(self) -> list[str]:
        """Return what the page requests, except the page itself."""
        logged = [
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]
        blocked = {
            entry["params"]["requestId"]
            for entry in logged
            if entry["method"] == "Network.loadingFailed" and entry["params"].get("blockedReason")
        }
        return [
            url
            for entry in logged
            if entry["method"] in SENT and entry["params"]["requestId"] not in blocked
            for url in [entry["params"].get("request", entry["params"])["url"]]
            if url.partition("#")[0] != self.file.as_uri()
        ]

    def printed(self) -> str:
        from pypdf import PdfReader

        pdf = base64.b64decode(self.driver.print_page())
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def browser(driver: Any, tmp_path: Path) -> Iterator[Browser]:
    made = Browser(driver, tmp_path)
    made.size(1100)
    made.colours("light")
    yield made
    made.tell("Emulation.setScriptExecutionDisabled", value=False)
    driver.get("about:blank")


@contextmanager
def without_scripts(browser: Browser) -> Iterator[None]:
    browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    yield
    browser.tell("Emulation.setScriptExecutionDisabled", value=False)


# --- Nothing runs ----------------------------------------------------------------------------


# a hostile page may put elements into a picture that are not HTML and have no `click`
CLICK = """
for (const one of document.querySelectorAll('a[href]')) one.dispatchEvent(new MouseEvent('click'));
"""


def hurt(browser: Browser) -> list[object]:
    """Return every sign that a hostile text takes effect."""
    from selenium.common.exceptions import NoAlertPresentException

    browser.open_all()
    browser.js(CLICK)
    with pytest.raises(NoAlertPresentException):
        _ = browser.driver.switch_to.alert
    return [*browser.requests(), *browser.js("return window.hurt ? ['hurt'] : []")]


def test_a_hostile_run_is_text(browser: Browser) -> None:
    browser.open(HOSTILE)
    assert hurt(browser) == []
    # nothing was attempted: the policy had nothing to refuse
    assert browser.driver.get_log("browser") == []
    tags = browser.js("return [...document.querySelectorAll('*')].map((one) => one.localName)")
    assert tags.count("script") == tags.count("style") == 1
    assert {"img", "iframe", "base", "object"}.isdisjoint(tags)
    assert browser.js("return document.body.textContent.split(arguments[0]).length", MARKUP) > 50


def test_a_hostile_run_is_text_without_the_policy_too(browser: Browser) -> None:
    page = render(HOSTILE)
    bare = page.replace('http-equiv="Content-Security-Policy"', 'name="nothing"')
    assert bare != page
    assert hurt(browser.open(bare)) == []


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no-policy"])
def test_a_hostile_comparison_is_text(browser: Browser, policy: bool) -> None:
    page = COMPARISONS["compared-hostile"]
    if not policy:
        page = page.replace('http-equiv="Content-Security-Policy"', 'name="nothing"')
    assert hurt(browser.open(page)) == []
    assert browser.driver.get_log("browser") == []


def test_the_policy_stops_what_would_not_be_escaped(browser: Browser) -> None:
    page = render(RED)
    broken = page.replace('<main id="main"', f'{MARKUP}--><main id="main"')
    assert broken != page
    assert hurt(browser.open(broken)) == []
    assert browser.driver.get_log("browser") != []


def test_markup_that_is_neither_escaped_nor_stopped_would_be_noticed(browser: Browser) -> None:
    browser.open("<!DOCTYPE html><body><script>window.hurt=1</script>")
    assert hurt(browser) == ["hurt"]
    browser.open("<!DOCTYPE html><body><img src='missing.png'>")
    assert [url.rpartition("/")[2] for url in hurt(browser)] == ["missing.png"]


# --- Filters and search ----------------------------------------------------------------------


def ids(fits: Callable[[str, Outcome, Level], bool], *formats: str) -> set[str]:
    return {
        result.requirement.id
        for result in RED.results
        if result.format in (*formats, "both")
        and fits(result.requirement.id, result.outcome, result.requirement.level)
    }


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_outcome_level_and_format_are_filtered(browser: Browser, scripts: bool) -> None:
    both, every = ("json", "xml"), {known.id for known in CATALOGUE}
    if not scripts:
        browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(RED)
    assert set(browser.rows()) == every
    assert len(browser.findings()) == 6

    browser.click("#outcome-failed")
    failed = ids(lambda _, outcome, __: outcome is Outcome.FAILED, *both)
    assert set(browser.rows()) == set(browser.findings()) == failed

    browser.click("#level-should")
    assert set(browser.rows()) == {"http.error-status", "http.content-type"}

    browser.click("#level-all")
    browser.click("#format-xml")
    failed = ids(lambda _, outcome, __: outcome is Outcome.FAILED, "xml")
    assert set(browser.rows()) == set(browser.findings()) == failed
    assert browser.shown("thead th") == ["Requirement", "Level", "xml"]

    browser.click("#outcome-not-tested")
    assert set(browser.rows()) == {"rejects.user-foreign", "isolation.customers"}
    assert browser.findings() == []

    browser.click("#format-json")
    browser.click("#outcome-all")
    assert set(browser.rows()) == every - {"readable.no-doctype"}


def test_text_is_searched_in_every_part(browser: Browser) -> None:
    browser.open(RED)
    search = browser.driver.find_element("id", "text")
    search.send_keys("added")  # only the reason contains it
    assert browser.rows() == ["success.counts"]
    assert browser.findings() == ["success.counts"]
    assert browser.shown("#count") == [f"1 of {len(CATALOGUE)} requirements"]
    search.clear()
    search.send_keys("o'brien XML")  # in the evidence, in any letter case and order
    assert browser.findings() == ["http.server-error"]
    search.clear()
    search.send_keys("date")
    browser.click("#outcome-failed")
    assert browser.rows() == ["success.dates"]
    search.clear()
    search.send_keys(" ")
    browser.click("#outcome-all")
    assert len(browser.rows()) == len(CATALOGUE)
    assert browser.shown("#count") in ([], [""])


# --- Findings --------------------------------------------------------------------------------


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "none"])
def test_a_command_is_copied(browser: Browser, clipboard: bool) -> None:
    from selenium.webdriver import Keys

    taken = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
    added = browser.tell("Page.addScriptToEvaluateOnNewDocument", source="" if clipboard else taken)
    browser.open(RED)
    browser.click(".finding[open] .copy")
    command = browser.js("return document.querySelector('.finding[open] .again code').textContent")
    assert command.startswith("curl -sS -i -G https://staging.example.com/")
    assert "$RESELLER_API_KEY" in command
    browser.click("#text")
    browser.driver.find_element("id", "text").send_keys(Keys.CONTROL, "v")
    assert browser.js("return document.getElementById('text').value") == command
    assert browser.shown(".finding[open] .copy") == ["Copied"]
    browser.tell("Page.removeScriptToEvaluateOnNewDocument", **added)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_link_opens_its_finding(browser: Browser, scripts: bool) -> None:
    if not scripts:
        browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(RED)
    opened = ".finding[open] h3 code"
    assert browser.shown(opened) == ["http.server-error"]
    browser.click("a[href='#finding-success.dates']")
    assert browser.shown(opened) == ["http.server-error", "success.dates"]


def test_a_citation_opens_the_part_of_the_api_documentation(browser: Browser) -> None:
    browser.open(RED)
    assert browser.shown(".api-docs h3") == []
    browser.click(".finding[open] cite a")
    assert "Response: Success" in browser.shown(".api-docs h3")
    assert browser.js("return document.querySelector(':target').getBoundingClientRect().top") < 300


def test_without_scripts_nothing_stands_there_that_does_nothing(browser: Browser) -> None:
    with without_scripts(browser):
        browser.open(RED)
        browser.click(".finding:not([open]) summary")
        assert len(browser.shown(".finding[open] article")) == 3
        assert browser.shown("button, input[type=search]") == []


def test_findings_are_reached_and_opened_by_keyboard(browser: Browser) -> None:
    from selenium.webdriver import Keys

    def focused() -> tuple[str, str]:
        return tuple(
            browser.js(
                "const one = document.activeElement;"
                "return [one.localName, getComputedStyle(one).outlineStyle]"
            )
        )

    browser.open(RED)
    browser.keys(Keys.TAB)
    assert focused() == ("a", "solid")
    assert browser.shown(".skip") == ["Skip to the results"]
    browser.keys(Keys.ENTER)
    met = []
    for _ in range(40):
        browser.keys(Keys.TAB)
        met.append(focused())
        if browser.js("return document.activeElement.matches('.finding:not([open]) > summary')"):
            break
    assert met[0] == ("input", "solid") or met[0][1] != "none"
    assert all(outline != "none" for _, outline in met)
    browser.keys(Keys.ENTER)
    assert browser.shown(".finding[open] h3 code") == ["http.server-error", "success.counts"]
    # the radio buttons of one group are one tab stop, and arrow keys choose among them
    browser.driver.find_element("id", "outcome-all").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert len(browser.rows()) == 6


# --- How it looks ----------------------------------------------------------------------------

TOO_WIDE = """
const width = document.documentElement.clientWidth;
const wide = [...document.querySelectorAll('body *')].filter((one) => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && !one.closest('pre, .skip') && box.width && box.right > width + 1;
});
const told = wide.map((one) => one.outerHTML.slice(0, 99));
return [document.documentElement.scrollWidth - width, told];
"""

FAINT = """
const parse = (said) => said.match(/[0-9.]+/g).map(Number);
const light = (rgb) => {
  const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = rgb.map((c) => linear(c / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
    if (a === 1) return [r, g, b];
  }
  return [255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const faint = new Set();
for (let node; (node = texts.nextNode());) {
  const one = node.parentElement;
  if (!node.data.trim() || !one.checkVisibility()) continue;
  const style = getComputedStyle(one);
  const ink = parse(one instanceof SVGElement ? style.fill : style.color).slice(0, 3);
  const [low, high] = [light(ink), light(behind(one))].sort((a, b) => a - b);
  const ratio = (high + 0.05) / (low + 0.05);
  if (ratio < 4.5) faint.add(`${one.localName}.${one.className}: ${ratio.toFixed(2)}`);
}
return [...faint];
"""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, name: str) -> None:
    browser.size(320, 640, mobile=True)
    browser.open(PAGES[name])
    browser.open_all()
    assert browser.js("return document.documentElement.clientWidth") == 320
    assert browser.js(TOO_WIDE) == [0, []]


def test_both_responses_are_side_by_side_and_on_a_phone_one_below_the_other(
    browser: Browser,
) -> None:
    tops = (
        "return [...document.querySelectorAll('.finding[open] figure')].map((one) => one.offsetTop)"
    )
    browser.open(COMPARISONS["compared"])
    old, new, *_ = browser.js(tops)
    assert old == new
    browser.size(320, 640, mobile=True)
    old, new, *_ = browser.js(tops)
    assert old < new


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_stands_out(browser: Browser, name: str, scheme: str) -> None:
    browser.colours(scheme)
    browser.open(PAGES[name])
    browser.open_all()
    paper = browser.js("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    assert browser.js(FAINT) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_print_opens_every_finding_and_leaves_out_the_controls(
    browser: Browser, scripts: bool
) -> None:
    browser.colours("dark")
    if not scripts:
        browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(RED)
    said = " ".join(browser.printed().split())
    for evidence in (
        "Violated: 4 MUST, 2 SHOULD",
        "<billing_end_date>2010-09-31</billing_end_date>",
        "user=customer@example.co",
        "1,204 responses; this is the simplest",
        "Billing scripts read each of them.",
        "name two customers with --user",
        "95th percentile",
    ):
        assert evidence in said
    for control in ("Copy", "Skip to", "Text"):
        assert control not in said.split("Violated", 1)[0] + said.split("Reproduce", 1)[1][:400]
    assert browser.shown(".finding[open] h3 code") == ["http.server-error"]


@pytest.mark.skipif("REPORT_SCREENSHOTS" not in os.environ, reason="waits for REPORT_SCREENSHOTS")
@pytest.mark.parametrize(
    ("look", "width", "scheme"),
    [("wide", 1100, "light"), ("phone", 320, "light"), ("dark", 1100, "dark")],
)
@pytest.mark.parametrize("name", PAGES)
def test_pictures_are_taken(
    browser: Browser, name: str, look: str, width: int, scheme: str
) -> None:
    folder = Path(os.environ["REPORT_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    browser.size(width, mobile=width < 400)
    browser.colours(scheme)
    browser.open(PAGES[name])
    height = browser.js("return document.documentElement.scrollHeight")
    for part, top in {"top": 0, "end": max(height - 1400, 0)}.items():
        clip = {"x": 0, "y": top, "width": width, "height": min(1400, height), "scale": 1}
        taken = browser.tell("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        picture = folder / f"{name}-{look}-{part}.png"
        picture.write_bytes(base64.b64decode(taken["data"]))
        assert picture.stat().st_size > 5_000
