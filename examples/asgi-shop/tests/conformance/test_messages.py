"""Beyond the contract: a call with nothing in it is told all that is missing."""

import json

from reseller_conformance.cases import Case
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.states import State


def test_everything_that_is_missing_is_told_at_once(reseller_ask):
    nothing = Case(Format.JSON, **dict.fromkeys(PARAMETERS, State.MISSING))
    (exchange,) = reseller_ask([nothing])
    told = json.loads(exchange.body)
    assert told["errors"] == [f"{name} is missing" for name in PARAMETERS]
