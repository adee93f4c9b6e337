import importlib
import random
import threading
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Expected
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.suite.property_search import collect


@given(strategies.special_texts())
def test_odd_texts_are_such_as_anyone_must_answer(text):
    assert 1 <= len(text) <= 255
    assert not {unicodedata.category(c) for c in text} & {"Cc", "Cs", "Cn"}
    assert not (text.isascii() and text.isalnum())


def test_no_text_of_the_modules_around_is_sent(tmp_path, monkeypatch):
    words = [f"the-word-{number}" for number in range(800)]
    Path(tmp_path, "settings_of_a_host.py").write_text(f"WORDS = {words}")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("settings_of_a_host")
    drawn = collect(strategies.undocumented_cases(Format.JSON), 500, 1)
    assert not {text for case in drawn for pair in case.extra for text in pair} & set(words)


@given(st.sampled_from(Format).flatmap(lambda f: strategies.wrong_cases(f, 3)))
def test_wrong_cases_call_for_an_error(case):
    assert case.expected is Expected.ERROR
    assert case.customer in range(3)


@given(strategies.text_cases(Format.XML))
def test_text_cases_have_one_text(case):
    assert len(case.invalid) == 1
    assert case.format is Format.XML


@given(strategies.right_cases(Format.JSON, 2) | strategies.undocumented_cases(Format.JSON, 2))
def test_right_cases_call_for_an_overview(case):
    assert case.expected is Expected.OVERVIEW
    assert not {name for name, _ in case.extra} & set(PARAMETERS)


def test_examples_are_drawn_beside_an_application_that_uses_random():
    over = threading.Event()

    def serve():
        while not over.is_set():
            random.random()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert collect(strategies.text_cases(Format.JSON), 20, 1)
    finally:
        over.set()
        thread.join()
