from itertools import combinations, product
from pathlib import Path

import pytest

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import (
    COMMON_INVALID,
    DEFAULT_KEYS,
    EMPTY,
    NEAR_MISSES,
    QUICK_NEAR_MISSES,
    State,
    Text,
)
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.risks import may_fail_login, names_account
from reseller_conformance.cases.stages import CREDENTIALS, EXAMPLES, STAGES, staged
from reseller_conformance.cases.texts import RARE_TEXTS, SPECIAL_TEXTS
from reseller_conformance.cases.variations import VARIATIONS, variations
from reseller_conformance.contract import PARAMETERS, Format


def sent_by(plan, *formats):
    return [case for _, sequence in staged(plan, formats, lambda _: ()) for case in sequence]


def single_states(plan, *formats):
    return [
        (name, case.state(name), case.format, case.customer)
        for case in sent_by(plan, *formats)
        for name in case.invalid
        if len(case.invalid) == 1
    ]


@pytest.mark.parametrize("depth", [depth for depth in Depth if depth is not Depth.SMOKE])
def test_each_parameter_is_sent_in_each_state_at_every_depth_but_smoke(depth):
    sent = {(name, state) for name, state, *_ in single_states(Plan(depth, 2), *Format)}
    for name in PARAMETERS:
        near_misses = QUICK_NEAR_MISSES if depth is Depth.QUICK else NEAR_MISSES
        states = (*EMPTY, *COMMON_INVALID[name], *near_misses[name])
        assert {(name, state) for state in states} <= sent


def test_each_common_state_is_sent_in_both_formats_and_for_two_customers_in_a_standard_run():
    sent = single_states(Plan(Depth.STANDARD, 2), *Format)
    for name in PARAMETERS:
        for state in COMMON_INVALID[name]:
            of = [rest for one, other, *rest in sent if (one, other) == (name, state)]
            assert {format for format, _ in of} == set(Format)
            assert state is State.FOREIGN or {customer for _, customer in of} == {0, 1}


@pytest.mark.parametrize("format", Format)
def test_a_format_that_is_tested_alone_sends_all_that_the_formats_share(format):
    alone = single_states(Plan(Depth.STANDARD, 2, (format,)), format)
    shared = single_states(Plan(Depth.STANDARD, 2), *Format)
    together = {(name, state) for name, state, *_ in shared if is_of_several_texts(state)}
    assert {one[:2] for one in alone} == {one[:2] for one in shared} - together


def is_of_several_texts(state):
    return isinstance(state, Text) and state.text not in SPECIAL_TEXTS


@pytest.mark.parametrize("depth", [Depth.STANDARD, Depth.THOROUGH])
def test_every_two_kinds_of_invalid_meet_with_nothing_else_to_hide_them(depth):
    pairs = {
        tuple((name, case.state(name)) for name in case.invalid)
        for format in Format
        for case in Plan(depth, 1).combined(format)
        if len(case.invalid) == 2
    }
    for first, second in combinations(PARAMETERS, 2):
        for one in (*EMPTY, State.UNKNOWN):
            for other in (*EMPTY, State.UNKNOWN):
                assert ((first, one), (second, other)) in pairs


@pytest.mark.parametrize("customers", [1, 2, 3])
def test_invalid_calls_are_written_in_various_ways_and_every_two_ways_meet(customers):
    plan = Plan(Depth.STANDARD, customers)
    calls = [
        case
        for format in Format
        for case in (*plan.combined(format), *plan.near_misses(format, "api_key"))
    ]
    written = {(case.order, case.encoding, case.extra, case.customer) for case in calls}
    for one, other in combinations(range(4), 2):
        values = [{way[place] for way in written} for place in (one, other)]
        met = {(way[one], way[other]) for way in written}
        assert met == set(product(*values))
    assert {("order", order) for order, *_ in written if order != PARAMETERS} <= VARIATIONS


@pytest.mark.parametrize("depth", [Depth.QUICK, Depth.STANDARD])
def test_a_variation_of_invalid_calls_is_sent_with_a_valid_call_too(depth):
    plan = Plan(depth, 2)
    valid = [
        case
        for format in Format
        for case in (*plan.orders(format), *plan.encodings(format), *plan.undocumented(format))
    ]
    assert {variation for case in valid for variation in variations(case)} >= VARIATIONS


def test_nothing_is_asked_at_all_in_one_case():
    plan = Plan(Depth.QUICK, 1)
    assert any(len(case.invalid) == 4 for case in plan.combined(Format.JSON))


def test_each_parameter_stands_in_each_place():
    for depth in (Depth.QUICK, Depth.STANDARD, Depth.THOROUGH):
        orders = {case.order for f in Format for case in Plan(depth, 1).orders(f)}
        for place in range(4):
            assert {order[place] for order in orders} == set(PARAMETERS)


def test_odd_texts_are_such_as_xml_can_carry():
    for text in SPECIAL_TEXTS:
        assert 1 <= len(text) <= 255
        assert not any(
            ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or ord(c) & 0xFFFE == 0xFFFE for c in text
        )


def test_odd_texts_are_asked_of_every_parameter():
    texts = {
        (name, case.state(name))
        for format in Format
        for case in Plan(Depth.STANDARD, 1).texts(format)
        for name in case.invalid
    }
    assert texts >= {(name, Text(text)) for name in PARAMETERS for text in SPECIAL_TEXTS}


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("name", PARAMETERS)
def test_each_rare_character_is_sent_in_each_parameter_and_each_format(format, name):
    cases = Plan(Depth.STANDARD, 1).texts(format)
    sent = [case.state(name).text for case in cases if case.invalid == (name,)]
    assert all(any(text in one for one in sent) for text in RARE_TEXTS)
    assert max(map(len, sent)) <= 255


def test_the_last_customer_is_asked_about_wrongly_first_and_then_by_turns():
    plan = Plan(Depth.STANDARD, 2)
    before, after = plan.cold_cache_probes(Format.JSON), plan.cache_probes(Format.JSON)
    assert {case.customer for case in (*before, *after)} == {1}
    assert {case.expected for case in before} == {Expected.ERROR}
    assert [case.expected for case in after[:3]] == [
        Expected.OVERVIEW,
        Expected.ERROR,
        Expected.OVERVIEW,
    ]
    assert {*before} & {*after} == set()
    both = [case for format in Format for case in plan.cold_cache_probes(format)]
    assert {case.invalid for case in both} == {case.invalid for case in after if case.invalid}
    assert sum(may_fail_login(case) for case in both) == 2
    assert Plan(Depth.STANDARD, 1).cold_cache_probes(Format.JSON) == []


@pytest.mark.parametrize("customers", [1, 2, 5])
def test_a_crowd_mixes_customers_and_formats_right_and_wrong(customers):
    cases = Plan(Depth.STANDARD, customers).concurrent_mix(Format.XML)
    assert {case.customer for case in cases} == set(range(customers))
    assert {case.format for case in cases} == set(Format)
    assert {case.expected for case in cases} == {Expected.OVERVIEW, Expected.ERROR}


def test_customers_beyond_the_third_are_sampled_but_in_a_thorough_run():
    singles = Plan(Depth.STANDARD, 10).singles(Format.JSON)
    sampled = [case for case in singles if State.UNKNOWN not in map(case.state, case.invalid)]
    assert {case.customer for case in sampled} == {0, 1, 2}
    assert {case.customer for case in singles if case.api_key is State.UNKNOWN} == set(range(10))
    singles = Plan(Depth.THOROUGH, 10).singles(Format.JSON)
    assert {case.customer for case in singles} == set(range(10))


# --- The order ------------------------------------------------------------------------------------


def test_stages_follow_one_another_in_the_documented_order():
    order = list(
        dict.fromkeys(stage for stage, _ in staged(Plan(Depth.QUICK, 2), Format, examples))
    )
    assert order == list(STAGES)


def examples(format):
    return [Case(format, user=Text("drawn")), Case(format, api_key=Text("drawn"))]


def test_the_documented_calls_go_first_in_both_formats():
    first = [sequence for _, sequence in staged(Plan(Depth.QUICK, 1), Format, examples)][:2]
    assert first == [[Case(format)] for format in Format]


def test_calls_that_may_fail_the_login_go_last_but_for_few():
    sent = [
        (stage.name, case)
        for stage, sequence in staged(Plan(Depth.STANDARD, 2), Format, examples)
        for case in sequence
    ]
    failing = [name for name, case in sent if names_account(case)]
    last = {CREDENTIALS.name, "sequences", "crowds"}
    assert all(names_account(case) for name, case in sent if name == CREDENTIALS.name)
    assert set(failing) == {"documented", *last}
    assert sum(name not in last for name in failing) <= 5


@pytest.mark.parametrize("customers", [1, 2, 3])
def test_two_wrong_keys_at_most_are_sent_before_all_else_is_tested(customers):
    keys = {
        case
        for stage, sequence in staged(Plan(Depth.STANDARD, customers), list(Format), examples)
        for case in sequence
        if stage.name not in ("sequences", "crowds", "credentials")
        if "api_key" in case.invalid and case.api_user is State.VALID
    }
    assert keys
    assert sum(case.has_wrong_credentials for case in keys) <= 2


def test_what_hypothesis_draws_is_a_stage_of_its_own():
    drawn = [
        (stage, sequence)
        for stage, sequence in staged(Plan(Depth.QUICK, 1), [Format.XML], examples)
        if Text("drawn") in (sequence[0].user, sequence[0].api_key)
    ]
    assert [stage for stage, _ in drawn] == [EXAMPLES, CREDENTIALS]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_each_stage_is_described_in_one_sentence(stage):
    assert stage.purpose[0].isupper()
    assert stage.purpose.count(".") == 1
    assert stage.purpose.endswith(".")
    assert len(stage.purpose.split()) <= 20


def test_the_docs_list_the_stages_in_their_order():
    page = (Path(__file__).parents[1] / "docs" / "stages.md").read_text(encoding="utf-8")
    rows = [f"| `{stage.name}` | {stage.purpose} |" for stage in STAGES]
    assert "\n".join(rows) in page


@pytest.mark.parametrize("format", Format)
def test_each_detour_is_to_be_refused_for_one_reason(format):
    plan = Plan(Depth.STANDARD, 2)
    for case in (*plan.detours(format), *plan.detours_by_post(format)):
        assert len(case.invalid) == 1
    assert {case.customer for case in plan.detours(format)} == {0, 1}


def test_line_ends_are_behind_the_valid_value_of_each_parameter():
    cases = [case for f in Format for case in Plan(Depth.QUICK, 1).header_injections(f)]
    assert sorted(case.order[-1] for case in cases) == sorted(PARAMETERS)


def test_each_parameter_is_missing_in_one_form():
    forms = [case for f in Format for case in Plan(Depth.STANDARD, 1).detours_by_post(f)]
    lacking = [name for name in PARAMETERS for c in forms if c.state(name) is State.MISSING]
    assert lacking == list(PARAMETERS)
    assert all(case.has_form for case in forms)


def test_the_formats_share_the_default_keys():
    tried = [case.api_key for f in Format for case in Plan(Depth.QUICK, 1).detours(f)]
    assert [tried.count(key) for key in DEFAULT_KEYS] == [1] * len(DEFAULT_KEYS)


@pytest.mark.parametrize("period", [2, 3, 4, 5])
def test_each_format_is_read_again_at_every_place_of_a_short_period(period):
    cases = Plan(Depth.STANDARD, 1).rereadings(0)
    for format in Format:
        places = [i for i, case in enumerate(cases) if case.format is format]
        assert {place % period for place in places} == set(range(period))
