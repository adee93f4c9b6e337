from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_conformance.cases.case import (
    Case,
    Encoding,
    Expected,
    ValidValues,
    is_distinguishable,
    looks_alike,
    pairs,
    query,
    url_of,
)
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutation_makers import make
from reseller_conformance.cases.mutations import (
    COMMON_INVALID,
    DEFAULT_KEYS,
    EMPTY,
    KEY_SPELLINGS,
    LENIENT,
    NEAR_MISSES,
    UNREGISTERED,
    State,
    Text,
)
from reseller_conformance.cases.plan import Plan
from reseller_conformance.contract import PARAMETERS, Format

RIGHTS = ValidValues("reseller@example.com", "K3y+with&odd=%41é", ("ann@example.com", "bob"), "eve")


def sent(case: Case) -> dict[str, str]:
    return dict(pairs(case, RIGHTS))


def test_the_documented_call_is_that_of_the_page():
    written = query(
        pairs(Case(Format.XML), ValidValues("me", "key", ("customer@example.com",), None)),
        Encoding.PLAIN,
    )
    assert url_of("https://host/base", Case(Format.XML), written) == (
        "https://host/base/apiv2/reseller.account.xml"
        "?api_user=me&api_key=key&task=overview&user=customer@example.com"
    )


@pytest.mark.parametrize("encoding", Encoding)
def test_every_encoding_means_the_same(encoding):
    case = Case(Format.JSON, encoding=encoding)
    written = query(pairs(case, RIGHTS), encoding)
    assert parse_qsl(written) == pairs(case, RIGHTS)
    assert "+" not in written


def test_values_are_encoded_byte_by_byte():
    assert query([("task", "é o")], Encoding.VALUES) == "task=%C3%A9%20%6F"
    assert query([("task", "é o")], Encoding.LOWER_CASE) == "task=%c3%a9%20%6f"
    assert query([("task", "o")], Encoding.NAMES) == "%74%61%73%6B=o"


def test_brackets_in_names_are_encoded():
    case = Case(Format.JSON, arrays=("user",), extra=(("api_key[$ne]", "x"),))
    written = query(pairs(case, RIGHTS), Encoding.PLAIN)
    assert written.startswith("api_key%5B%24ne%5D=x&")
    assert "user%5B%5D=" in written


def test_plain_brackets_are_malformed():
    assert any(
        "[" in case.around[0]
        for format in Format
        for case in Plan(Depth.QUICK, 1).malformed(format)
    )


def test_a_missing_parameter_is_not_sent_and_an_empty_one_is():
    case = Case(Format.JSON, task=State.MISSING, user=State.EMPTY)
    assert "task" not in sent(case)
    assert sent(case)["user"] == ""


def test_extras_stand_at_both_ends():
    case = Case(Format.JSON, extra=(("a", "1"), ("b", "2")))
    names = [name for name, _ in pairs(case, RIGHTS)]
    assert names == ["a", *PARAMETERS, "b"]


def test_arrays_and_repeated_parameters_are_sent_as_such():
    case = Case(Format.JSON, arrays=("user",), repeated_parameters=(("task", State.EMPTY),))
    assert pairs(case, RIGHTS)[-2:] == [("user[]", "ann@example.com"), ("task", "")]


@pytest.mark.parametrize(
    ("parameter", "state"),
    [(name, s) for name in PARAMETERS for s in (*EMPTY, *COMMON_INVALID[name], *NEAR_MISSES[name])],
)
def test_each_wrong_state_calls_for_an_error(parameter, state):
    case = Case(Format.JSON, **{parameter: state})
    assert case.expected is Expected.ERROR
    assert case.invalid == (parameter,)
    rights = ValidValues("we_two", "K3y+/_-0Ez", ("an_n+x@example.com",), "eve")
    assert dict(pairs(case, rights)).get(parameter) != rights.of(parameter, 0)


ELSEWHERE = {State.VALID, *EMPTY, State.KEY, State.SHIFTED, *DEFAULT_KEYS, *KEY_SPELLINGS}


@pytest.mark.parametrize("state", sorted(set(State) - ELSEWHERE))
def test_each_mutation_is_sent_for_some_parameter_in_one_class(state):
    for name in PARAMETERS:
        assert not (state in COMMON_INVALID[name] and state in NEAR_MISSES[name])
    assert state.common or state.near or state in LENIENT


@pytest.mark.parametrize("state", LENIENT)
def test_a_lenient_spelling_of_task_is_left_open(state):
    assert Case(Format.JSON, task=state).expected is Expected.EITHER


def test_what_the_page_does_not_say_is_left_open():
    assert Case(Format.JSON, method="POST").expected is Expected.EITHER
    assert Case(Format.JSON, arrays=("user",)).expected is Expected.EITHER
    assert (
        Case(Format.JSON, repeated_parameters=(("user", State.UNKNOWN),)).expected
        is Expected.EITHER
    )


def test_a_foreign_customer_is_asked_about_only_where_one_is_named():
    case = Case(Format.JSON, user=State.FOREIGN)
    assert sent(case)["user"] == "eve"
    assert is_distinguishable(case, RIGHTS)
    assert not is_distinguishable(case, ValidValues("me", "key", ("ann",), None))


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (Case(Format.JSON, api_key=State.OTHER_CASE), "digits have no other case"),
        (Case(Format.JSON, api_key=State.REVERSED), "it reads the same backwards"),
        (Case(Format.JSON, api_key=State.PREFIX), "nothing remains"),
        (Case(Format.JSON, user=State.PREFIX), "another customer is called so"),
        (Case(Format.JSON, user=Text("ÁNN ")), "a database may take it for a customer"),
        (Case(Format.JSON, customer=2), "there is no third customer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_cases_that_this_account_cannot_tell_apart_are_not_asked(case, why):
    assert not is_distinguishable(case, ValidValues("me", "1", ("ann", "an"), None)), why


def test_a_case_shows_no_secret():
    case = Case(Format.JSON, api_key=State.PREFIX)
    assert RIGHTS.api_key[:-1] not in f"{case!r} {case} {RIGHTS!r}"
    assert str(case) == "json, api_key prefix"
    assert str(Case(Format.XML)) == "xml, all parameters valid"


OTHERS = {State.FOREIGN, State.OWN_NAME, State.CUSTOMER, State.KEY, State.SHIFTED}


@given(st.text(min_size=2), st.sampled_from(sorted(set(State) - OTHERS)))
def test_every_state_can_be_made_of_every_value(value, state):
    made = make(state, value, "user")
    assert (made is None) == (state is State.MISSING)


def test_no_parameter_is_sent_what_another_is_sent_as_unknown():
    for name, text in UNREGISTERED.items():
        assert not any(text in other for key, other in UNREGISTERED.items() if key != name)
        assert make(State.UNKNOWN, "right", name) == text


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (Case(Format.JSON, user=State.DOUBLED), "more than 255 characters need not be read"),
        (Case(Format.JSON, customer=1, user=State.OWN_NAME), "Max and MAX are one to a database"),
        (Case(Format.JSON, api_user=State.CUSTOMER, customer=1), "in either place"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_honest_implementation_may_take_for_right_is_not_asked(case, why):
    assert not is_distinguishable(case, ValidValues("Max", "key", ("a" * 200, "MAX"), None)), why


@pytest.mark.parametrize("state", [State.ALTERED, State.REPLACED, State.SECOND_ALTERED])
def test_an_exchanged_letter_is_no_other_case_of_it(state):
    for value in ("XXX", "xxx", "YYY"):
        assert make(state, value, "user").lower() != value.lower()


def test_another_letter_case_of_a_key_is_always_asked():
    rights = ValidValues("me", "Key", ("ann",), None)
    assert is_distinguishable(Case(Format.JSON, api_key=State.FIRST_CASE), rights)
    assert is_distinguishable(Case(Format.JSON, api_key=State.LOWER_CASE), rights)


def test_a_hyphen_is_never_put_beside_another():
    """Two in a row begin a comment of SQL, which firewalls stop."""
    for key in ("abcd-ef01", "abc-def01", "a-b-cd", "Key-Of-The-Shop"):
        assert "--" not in (make(State.HYPHENATED, key, "api_key") or "")


def test_name_and_key_may_be_exchanged():
    case = Case(Format.JSON, api_user=State.KEY, api_key=State.OWN_NAME)
    assert (sent(case)["api_user"], sent(case)["api_key"]) == (RIGHTS.api_key, RIGHTS.api_user)


def test_the_boundary_between_name_and_key_may_be_misplaced():
    case = Case(Format.JSON, api_user=State.PREFIX, api_key=State.SHIFTED)
    together = f"{RIGHTS.api_user}{RIGHTS.api_key}"
    assert sent(case)["api_user"] + sent(case)["api_key"] == together
    assert is_distinguishable(case, RIGHTS)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_survives_the_query(text):
    assert unquote(query([("user", text)], Encoding.VALUES)) == f"user={text}"
    assert unquote(query([("user", text)], Encoding.PLAIN)) == f"user={text}"


@settings(max_examples=50)
@given(
    st.sampled_from(["Ann@Example.com", " ann@example.com ", "ánn@example.com", "ａnn@example.com"])
)
def test_spellings_that_databases_fold_look_alike(text):
    assert looks_alike(text, ("ann@example.com",))
    assert not looks_alike("ann@example.co", ("ann@example.com",))
