"""The target of a run and how it is reached, from options and environment."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from reseller_conformance.client.base_url import checked_base_url, without_userinfo
from reseller_conformance.client.target import Target
from reseller_conformance.config.option_reader import OptionReader, SettingsError, check_text
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.util.files import names_a_file
from reseller_conformance.util.text import BYTE_ORDER_MARK

__all__ = ["MissingCredentialsError", "is_loopback", "target_from"]


class MissingCredentialsError(SettingsError):
    """Credentials are missing: `names` are those of their environment variables."""

    def __init__(self, names: Sequence[str]) -> None:
        """Name these variables."""
        self.names = names
        variables = f"variable{'s' * (len(names) > 1)} {' and '.join(names)}"
        super().__init__(f"the target needs credentials: set the environment {variables}")


def target_from(
    reader: OptionReader, base_url: str, env: Mapping[str, str], app: bool
) -> Target | None:
    """Return the target; None without a base URL. `app` says that an app is served for the run.

    Raises SettingsError if the credentials or the customers are missing, or a value is invalid.
    """
    if not base_url:
        return None
    api_user, key = _credential(env, "RESELLER_API_USER"), _key(reader, env)
    scrub = Scrubber([key]).text
    base_url = base_url if app else _checked_url(base_url, scrub)
    customers = _customers(reader)
    foreign = reader.text("foreign-user")
    if foreign in customers:
        raise SettingsError(f"--foreign-user is also named as --user: {foreign}")
    _check_credentials({"RESELLER_API_USER": api_user, "RESELLER_API_KEY": key})
    if not customers:
        raise SettingsError("name a customer that is registered under the account: --user NAME")
    return Target(
        base_url=base_url,
        api_user=api_user,
        api_key=Secret(key),
        customers=customers,
        foreign=foreign,
        kind="app" if app else "live",
        headers=tuple(_header(text) for text in reader.texts("header")),
        verify=_verify(reader),
        client_cert=_client_cert(reader),
        proxy=_proxy(reader),
    )


def _customers(reader: OptionReader) -> tuple[str, ...]:
    """Return the customers. Refuse a variable with several names in one line."""
    customers = tuple(dict.fromkeys(reader.texts("user")))
    if not reader.words.get("user") and len(customers) == 1 and "," in customers[0]:
        raise SettingsError(
            f"RESELLER_USER holds one name a line; a name with a comma needs --user: {customers[0]}"
        )
    return customers


def _credential(env: Mapping[str, str], name: str) -> str:
    """Return a credential of the environment. Refuse line ends, which come from a file."""
    value = env.get(name, "")
    if value != value.strip(f"\r\n{BYTE_ORDER_MARK}"):
        raise SettingsError(f"a line end or byte order mark surrounds the value; remove it: {name}")
    return value


def _check_credentials(credentials: Mapping[str, str]) -> None:
    """Refuse credentials that are missing, or that no request can hold."""
    if missing := [name for name, value in credentials.items() if not value]:
        raise MissingCredentialsError(missing)
    for name, value in credentials.items():
        check_text(name, value)


def _checked_url(text: str, scrub: Callable[[str], str]) -> str:
    try:
        return checked_base_url(text, "--base-url", scrub)
    except ValueError as error:
        raise SettingsError(str(error), "base-url") from None


def is_loopback(base_url: str) -> bool:
    """Return True if the host of this URL is this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _key(reader: OptionReader, env: Mapping[str, str]) -> str:
    file = reader.text("api-key-file")
    if file is None:
        return _credential(env, "RESELLER_API_KEY")
    try:
        key = Path(file).read_text(encoding="utf-8-sig").strip("\r\n")
    except (OSError, ValueError) as error:
        if not names_a_file(file):
            raise SettingsError(
                "--api-key-file must be the name of a file that holds the key; "
                "no file has the name that was given",
                "api-key-file",
            ) from None
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(
            f"--api-key-file cannot be read ({why}): {file}", "api-key-file"
        ) from None
    if len(key.splitlines()) > 1:
        raise SettingsError(
            f"--api-key-file holds one line, the key, not several: {file}", "api-key-file"
        )
    return key


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
        raise SettingsError(
            "--header must be 'Name: value'; the text that was given is not shown, because it may "
            "hold a secret",
            "header",
        )
    value = value.strip()
    if not re.fullmatch(r"[\t\x20-\x7e\xa0-\xff]*", value):
        raise SettingsError(f"--header holds a character that no header can: {name}", "header")
    return name.strip(), value


def _verify(reader: OptionReader) -> bool | str:
    bundle = reader.text("ca-bundle")
    if reader.words.get("insecure"):
        if bundle:
            raise SettingsError(f"give --insecure or --ca-bundle, not both: {bundle}")
        return False
    if bundle and not Path(bundle).is_file():
        raise SettingsError(f"--ca-bundle is no file: {bundle}", "ca-bundle")
    return bundle or True


def _client_cert(reader: OptionReader) -> tuple[str, str] | str | None:
    """Return the file of the certificate, with that of its key if there is one. Both must load."""
    cert, key = reader.text("client-cert"), reader.text("client-key")
    if cert is None:
        if key is not None:
            raise SettingsError(f"--client-key needs its certificate, --client-cert: {key}")
        return None
    for name, path in (("client-cert", cert), ("client-key", key)):
        if path is not None and not Path(path).is_file():
            raise SettingsError(f"--{name} is no file: {path}", name)
    try:
        # without `password`, a protected key would prompt on the terminal
        ssl.create_default_context().load_cert_chain(cert, key, password=lambda: "")
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'reason', None) or error}".lower().replace("_", " ")
        raise SettingsError(
            f"--client-cert cannot be used ({why}): {key or cert}", "client-cert"
        ) from None
    return (cert, key) if key else cert


def _proxy(reader: OptionReader) -> str | None:
    text = reader.text("proxy")
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        fine = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        fine = fine and parts.path in ("", "/") and not parts.query and not parts.fragment
    except ValueError:
        parts, fine = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not fine or re.search(r"\s", text):
        raise SettingsError(
            f"--proxy must be http://HOST:PORT, not: {without_userinfo(text)}", "proxy"
        )
    return text.rstrip("/")
