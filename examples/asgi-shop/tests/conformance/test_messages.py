"""Beyond the contract: a call with nothing in it is told all that is missing."""

import json

from reseller_conformance import PARAMETERS, Case, Format, ResellerAsk, State


def test_everything_that_is_missing_is_told_at_once(reseller_ask: ResellerAsk) -> None:
    no = State.MISSING
    nothing = Case(Format.JSON, task=no, user=no, api_user=no, api_key=no)
    (exchange,) = reseller_ask([nothing])
    told = json.loads(exchange.body)
    assert told["errors"] == [f"{name} is missing" for name in PARAMETERS]
