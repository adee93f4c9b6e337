"""The account overview, as a Flask application."""

from __future__ import annotations

import hmac
from xml.etree import ElementTree as ET

from flask import Flask, Response, jsonify, request

from flask_shop.accounts import RESELLERS

app = Flask(__name__)


@app.get("/apiv2/reseller.account.<any(json, xml):format>")
def overview(format: str) -> tuple[Response, int]:
    """Respond with the overview, or with errors."""
    given = {name: request.args.get(name, "") for name in ("api_user", "api_key", "task", "user")}
    errors = [f"{name} is required" for name, value in given.items() if not value]
    reseller = RESELLERS.get(given["api_user"])
    if not errors and given["task"] != "overview":
        errors = ["task must be overview"]
    if errors:
        return refuse(format, errors), 400
    if not reseller or not hmac.compare_digest(
        reseller.api_key.encode(), given["api_key"].encode()
    ):
        return refuse(format, ["the credentials are wrong"]), 403
    account = reseller.customers.get(given["user"])
    if account is None:
        return refuse(format, ["this is no customer of yours"]), 400
    return show(format, account), 200


def show(format: str, account: dict[str, str]) -> Response:
    """Write the success envelope."""
    if format == "json":
        return jsonify(account)
    result = ET.Element("result")
    fields = ET.SubElement(result, "overview")
    for name, value in account.items():
        ET.SubElement(fields, name).text = value
    return xml(result)


def refuse(format: str, errors: list[str]) -> Response:
    """Write the error envelope."""
    if format == "json":
        return jsonify(message="error", errors=errors)
    result = ET.Element("result")
    ET.SubElement(result, "message").text = "error"
    listed = ET.SubElement(result, "errors")
    for error in errors:
        ET.SubElement(listed, "error").text = error
    return xml(result)


def xml(root: ET.Element) -> Response:
    """Write a document in UTF-8, and declare it."""
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type="application/xml; charset=utf-8")
