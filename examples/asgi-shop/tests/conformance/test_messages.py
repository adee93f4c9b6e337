"""Beyond the contract: the error for an empty call lists each missing parameter."""

import json

from reseller_conformance import PARAMETERS, Case, Format, ResellerAsk, State


def test_the_error_lists_each_missing_parameter(reseller_ask: ResellerAsk) -> None:
    no = State.MISSING
    nothing = Case(Format.JSON, task=no, user=no, api_user=no, api_key=no)
    (exchange,) = reseller_ask([nothing])
    envelope = json.loads(exchange.body)
    assert envelope["errors"] == [f"{name} is missing" for name in PARAMETERS]
