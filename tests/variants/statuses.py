"""How errors are reported: with which status, one by one or together, in which words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from reseller_conformance.contract import PARAMETERS, TASK, Format
from reseller_conformance.reference import Account, Reference, Refusal, Response
from reseller_conformance.reference.core import Parameters
from variants.registry import composed
from variants.shops import customer, shop

__all__: list[str] = []


class _OneStatus(Reference):
    status = 400

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        return Refusal(self.status, found.errors) if isinstance(found, Refusal) else found


@composed("every error is 200, as in old implementations", should=("http.error-status",))
class ErrorsAre200(_OneStatus):
    status = 200


@composed("every error is 401, with the challenge that RFC 9110 requires")
class ErrorsAre401(_OneStatus):
    status = 401

    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        response = super().refuse(wanted, refusal)
        headers = (("WWW-Authenticate", 'Query realm="reseller"'),)
        return Response(response.status, response.content_type, response.body, headers)


@composed("every error is 403")
class ErrorsAre403(_OneStatus):
    status = 403


@composed("every error is 404")
class ErrorsAre404(_OneStatus):
    status = 404


@composed("every error is 422, as in validating frameworks")
class ErrorsAre422(_OneStatus):
    status = 422


@composed("every error is 418, a 4xx that is missing from many lists of phrases")
class ErrorsAre418(_OneStatus):
    status = 418


@composed("every error is 499, which is not registered")
class ErrorsAre499(_OneStatus):
    status = 499


@composed("401 for credentials, 404 for the customer, 422 for the task")
class OneStatusACause(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given = dict(parameters)
        reseller = self.find_reseller(given.get("api_user", ""), given.get("api_key", ""))
        if reseller is None:
            return Refusal(401, ("Unauthorized",))
        account = self.find_customer(reseller, given.get("user", ""))
        if account is None:
            return Refusal(404, ("Customer not found",))
        return account if given.get("task") == TASK else Refusal(422, ("Unknown task",))


@composed("the task is checked before anything else, the credentials last")
class CredentialsLast(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given = dict(parameters)
        if given.get("task") != TASK:
            return Refusal(400, ("task",))
        owners = [
            known for known in self.accounts.resellers if known.customer(given.get("user", ""))
        ]
        if not owners:
            return Refusal(400, ("user",))
        reseller = self.find_reseller(given.get("api_user", ""), given.get("api_key", ""))
        found = self.find_customer(reseller, given["user"]) if reseller in owners else None
        return found or Refusal(400, ("credentials",))


@composed("a success is 203, as a transforming gateway makes it (RFC 9110, 15.3.4)")
class SuccessIs203(Reference):
    def send_json(self, status: int, document: object) -> Response:
        return super().send_json(203 if status == 200 else status, document)

    def send_xml(self, status: int, root: ET.Element) -> Response:
        return super().send_xml(203 if status == 200 else status, root)


class _Says(Reference):
    """The reference with other texts, one for each mistake."""

    words = ""

    def find_errors(self, parameters: Parameters) -> Iterator[str]:
        for _ in super().find_errors(parameters):
            yield self.words


@composed("error texts in Japanese, Arabic and with characters beyond the first plane")
class ErrorsInOtherScripts(_Says):
    words = "パラメータが正しくありません。 معلمة غير صالحة 🚫 𝕖𝕣𝕣𝕠𝕣"


@composed("error texts of 65,000 characters, with what looks like JSON and XML in them")
class VeryLongErrors(_Says):
    words = '{"message": "ok"} </error></errors><overview>&amp; ]]> \\u0000 \\ ' * 1000


@composed("the same text several times, and texts of one character")
class RepeatedErrors(_OneStatus):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        return Refusal(400, ("!", "!", "0")) if isinstance(found, Refusal) else found


@composed("several errors, in random order and words, with a token for support")
class ErrorsInAnyOrder(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        texts = [f"{text} (#{random.getrandbits(64):016x})" for text in refusal.errors]
        random.shuffle(texts)
        return super().refuse(wanted, Refusal(400, tuple(texts)))


class _Quoting(Reference):
    """The reference, with errors that repeat what was sent, except the key."""

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        return Refusal(400, tuple(self.quote(parameters))) if isinstance(found, Refusal) else found

    def quote(self, parameters: Parameters) -> Iterator[str]:
        given = dict(parameters)
        for name in PARAMETERS:
            if name != "api_key":
                yield f"{name}: {given.get(name, '(none)')!s}"


@composed("errors quote every value but the key, escaped as each format needs")
class ErrorsQuoteValues(_Quoting):
    pass


PART = shop(
    "shop",
    "shop",
    customer("shop@example.com"),
    customer("workshop", package="Workshop"),
)


@composed("errors quote the customer's name, which happens to contain the key", shop=PART)
class QuotedNameHoldsTheKey(_Quoting):
    def quote(self, parameters: Parameters) -> Iterator[str]:
        yield f"There is no customer {dict(parameters).get('user', '')}!"


@composed("errors quote names in capitals, cut after 20 characters")
class ErrorsQuoteInCapitals(_Quoting):
    def quote(self, parameters: Parameters) -> Iterator[str]:
        yield f"NO CUSTOMER {dict(parameters).get('user', '').upper()[:20]}"


DEMO = shop("demo", "demo", customer("ann@island.example"), customer("demo@island.example"))


@composed("api_user and the key are alike, and errors quote api_user", shop=DEMO)
class QuotedApiUserIsTheKey(_Quoting):
    pass


@composed("JSON reports the first mistake as 422, XML all of them and a hint as 400")
class FormatsTellDifferently(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        if wanted is Format.JSON:
            return super().refuse(wanted, Refusal(422, refusal.errors[:1]))
        return super().refuse(wanted, Refusal(400, (*refusal.errors, "See the documentation.")))


@composed("one text for each mistake, about the customer too")
class EveryMistakeTold(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        given = dict(parameters)
        texts: list[str] = []
        if given.get("task") != TASK:
            texts.append("Invalid task")
        reseller = self.accounts.reseller(given.get("api_user", ""))
        if reseller is None:
            texts.append("Invalid api_user")
        elif not self.key_fits(reseller, given.get("api_key", "")):
            texts.append("Invalid api_key")
        account = reseller.customer(given.get("user", "")) if reseller else None
        if account is None:
            texts.append("Invalid user")
        return account if account and not texts else Refusal(400, tuple(texts))


@composed("one text for any mistake: something went wrong")
class OneTextForAll(Reference):
    def refuse(self, wanted: Format, _: Refusal) -> Response:
        return super().refuse(wanted, Refusal(400, ("error",)))
