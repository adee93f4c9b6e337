import pytest

from reseller_conformance.cases.depth import Depth
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.options import DEFAULT_SEED, OPTIONS
from reseller_conformance.config.settings import settings_from
from reseller_conformance.contract import Format
from reseller_conformance.requirements import Level

ENV = {"RESELLER_API_USER": "me", "RESELLER_API_KEY": "canary-key"}
LIVE = {"user": ["ann"]}


def test_an_option_that_is_off_needs_no_target():
    assert settings_from({"insecure": False, "header": ()}, None, {}).missing_target == ""


def test_nothing_said_is_the_embedded_reference():
    settings = settings_from({}, "", {})
    assert settings.target is None
    assert settings.depth is Depth.STANDARD
    assert settings.level is Level.MUST
    assert settings.formats == (Format.JSON, Format.XML)
    assert settings.seed == DEFAULT_SEED
    assert settings.limits.rate is None


@pytest.mark.parametrize("option", [one for one in OPTIONS if one.default], ids=lambda o: o.name)
def test_an_absent_option_has_the_default_that_its_help_names(option):
    assert option.help.endswith(f"({option.default})")
    given = settings_from({option.name: option.default}, "", {})
    absent = settings_from({}, "", {})
    assert given == absent


@pytest.mark.parametrize(
    ("words", "url", "env", "given"),
    [
        ({}, None, {"RESELLER_BASE_URL": ""}, "RESELLER_BASE_URL"),
        ({}, None, {"RESELLER_USER": "ann"}, "RESELLER_USER"),
        ({}, None, {"RESELLER_FOREIGN_USER": ""}, "RESELLER_FOREIGN_USER"),
        ({}, None, {"RESELLER_API_USER": "me"}, "RESELLER_API_USER"),
        ({}, None, {"RESELLER_API_KEY": ""}, "RESELLER_API_KEY"),
        ({}, "", {}, "--base-url"),
        ({"app": ""}, None, {}, "--app"),
        ({"user": ["ann"]}, None, {}, "--user"),
        ({"user": [""]}, None, {}, "--user"),
        ({"foreign-user": "eve"}, None, {}, "--foreign-user"),
        ({"api-key-file": "key"}, None, {}, "--api-key-file"),
        ({"header": ["nonsense"]}, None, {}, "--header"),
        ({"ca-bundle": "nowhere.pem"}, None, {}, "--ca-bundle"),
        ({"client-cert": "nowhere.pem"}, None, {}, "--client-cert"),
        ({"client-key": "nowhere.pem"}, None, {}, "--client-key"),
        ({"proxy": "nonsense"}, None, {}, "--proxy"),
        ({"insecure": True}, None, {}, "--insecure"),
    ],
)
def test_what_is_given_about_a_target_needs_a_target(words, url, env, given):
    settings = settings_from(words, url, env)
    assert settings.target is None
    assert settings.missing_target.startswith("no target: give --base-url URL")
    assert settings.missing_target.endswith(f": {given}")


def test_the_reference_may_be_asked_for_whatever_the_environment_holds():
    env = {**ENV, "RESELLER_BASE_URL": "http://host", "RESELLER_USER": "ann"}
    settings = settings_from({"reference": True}, None, env)
    assert (settings.target, settings.missing_target) == (None, "")


def test_a_live_target_is_asked_ten_calls_a_second_and_loopback_as_many_as_it_takes():
    assert settings_from(LIVE, "https://staging.example.com", ENV).limits.rate == 10
    for local in ("http://127.0.0.1:8000", "http://localhost/base", "http://[::1]:1"):
        assert settings_from(LIVE, local, ENV).limits.rate is None


def test_the_environment_says_what_the_options_do_not():
    env = {**ENV, "RESELLER_BASE_URL": "http://localhost", "RESELLER_USER": "ann\nbob"}
    target = settings_from({}, "", env).target
    assert target is not None
    assert target.customers == ("ann", "bob")
    option = settings_from({"user": ["eve"]}, "https://other.example/", env).target
    assert option is not None
    assert option.customers == ("eve",)
    assert option.base_url == "https://other.example"


@pytest.mark.parametrize("name", ["RESELLER_USER", "RESELLER_FOREIGN_USER", "RESELLER_PROXY"])
@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_variable_is_refused_unless_its_option_is_given(name, value):
    words = {} if name == "RESELLER_USER" else LIVE
    with pytest.raises(SettingsError, match=f"^the value is empty: {name}$"):
        settings_from(words, "http://host", {**ENV, name: value})
    more = {"user": ["ann"], "foreign-user": "bob", "proxy": "http://proxy:1"}
    assert settings_from(more, "http://host", {**ENV, name: value}).target


def test_the_key_may_come_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("from-file\n", encoding="utf-8")
    words = {**LIVE, "api-key-file": str(file)}
    target = settings_from(words, "http://localhost", {"RESELLER_API_USER": "me"}).target
    assert target is not None
    assert target.api_key.reveal() == "from-file"


@pytest.mark.parametrize("written", ["\ufeffkey-1", "key-1\r\n", "key-1\n\n", "\nkey-1"])
def test_line_ends_and_a_mark_in_a_key_file_are_no_part_of_the_key(tmp_path, written):
    file = tmp_path / "key"
    file.write_bytes(written.encode())
    target = settings_from({**LIVE, "api-key-file": str(file)}, "http://localhost", ENV).target
    assert target is not None
    assert target.api_key.reveal() == "key-1"


def test_a_key_file_of_several_lines_is_refused(tmp_path):
    file = tmp_path / "key"
    file.write_text("canary-1\ncanary-2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds one line, the key, not several: ") as caught:
        settings_from({**LIVE, "api-key-file": str(file)}, "http://localhost", ENV)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["RESELLER_API_USER", "RESELLER_API_KEY"])
@pytest.mark.parametrize("value", ["canary-key\n", "canary-key\r", "\ufeffcanary-key"])
def test_a_credential_with_a_line_end_or_a_mark_is_refused(name, value):
    with pytest.raises(SettingsError, match=f"remove it: {name}") as caught:
        settings_from(LIVE, "http://localhost", {**ENV, name: value})
    assert "canary" not in str(caught.value)


def test_the_users_of_the_variable_are_one_a_line():
    env = {**ENV, "RESELLER_USER": "ann,bob"}
    with pytest.raises(
        SettingsError, match="one name a line; a name with a comma needs --user: ann,bob"
    ):
        settings_from({}, "http://localhost", env)
    target = settings_from({"user": ["ann,bob"]}, "http://localhost", ENV).target
    assert target is not None
    assert target.customers == ("ann,bob",)


@pytest.mark.parametrize(
    "url",
    [
        "h/?api_key=canary-key",
        "http://h/?api_key=canary-key",
        "ftp://me:canary-key@h/",
        "me:canary-key@h",
        "http://h:99999/canary-key/",
        "h/canary%2Dkey",
    ],
)
def test_a_refused_base_url_shows_no_key(url):
    with pytest.raises(SettingsError) as caught:
        settings_from(LIVE, url, ENV)
    assert "canary" not in str(caught.value)


def test_a_proxy_is_a_url_without_a_path():
    target = settings_from({**LIVE, "proxy": "http://me:pw@proxy:3128/"}, "http://h", ENV).target
    assert target is not None
    assert target.proxy == "http://me:pw@proxy:3128"
    for proxy in ("proxy:3128", "socks5://me:canary@proxy", "http://me:canary@proxy/path"):
        with pytest.raises(
            SettingsError, match="--proxy must be http://HOST:PORT, not: "
        ) as caught:
            settings_from({**LIVE, "proxy": proxy}, "http://h", ENV)
        assert "canary" not in str(caught.value)


def test_a_client_certificate_must_load(tmp_path):
    file = tmp_path / "cert.pem"
    file.write_text("nonsense", encoding="utf-8")
    for words, message in (
        ({"client-key": "k"}, "--client-key needs its certificate, --client-cert: k"),
        ({"client-cert": "/nowhere"}, "--client-cert is no file: /nowhere"),
        ({"client-cert": str(file)}, "--client-cert cannot be used"),
    ):
        with pytest.raises(SettingsError, match=message):
            settings_from({**LIVE, **words}, "http://h", ENV)


def test_rates_are_by_the_second_or_the_minute():
    rate = settings_from({**LIVE, "rate": "600/m"}, "http://localhost", ENV).limits.rate
    assert rate == pytest.approx(10)


@pytest.mark.parametrize(
    ("words", "url", "message"),
    [
        ({"depth": "deep"}, "", "must be one of smoke, quick, standard, thorough, not: deep"),
        ({"level": "may"}, "", "--level must be one of must, should, not: may"),
        ({"formats": "yaml"}, "", "--formats must be json, xml, or json,xml, not: yaml"),
        ({"rate": "fast"}, "", "as 10/s or 600/m, not: fast"),
        ({"rate": "0/s"}, "", "not: 0/s"),
        ({"concurrency": "0"}, "", "--concurrency must be a whole number from 1 to 1000, not: 0"),
        ({"timeout": "nan"}, "", "must be a number of seconds from 0.001 to 86400, not: nan"),
        ({"timeout": "inf"}, "", "not: inf"),
        ({"retries": "-1"}, "", "not: -1"),
        ({"max-requests": "many"}, "", "not: many"),
        ({"seed": "1.5"}, "", "not: 1.5"),
        ({"seed": "٣"}, "", "--seed must be a whole number from 0 on, not: ٣"),
        ({"timeout": "٣"}, "", "--timeout must be a number of seconds from 0.001 to 86400, not: ٣"),
        ({"rate": "0"}, "", "--rate must be from 1 call an hour to 100000 calls a second, as 10/s"),
        (
            {"max-time": "9" * 20},
            "",
            "must be a time above 0 and up to 168h, as 90s, 5m or 1h, not",
        ),
        ({"reference": True}, "http://host", "--reference tests the embedded reference alone"),
        ({"reference": True, "header": ["nonsense"]}, None, "alone; drop --header"),
        ({**LIVE, "reference": True}, None, "--reference tests the embedded reference alone"),
        (LIVE, "ftp://host", "with or without a path, not: ftp://host"),
        (LIVE, "localhost:8000", "with or without a path, not: localhost:8000"),
        (LIVE, "http://host:99999", "with or without a path, not: http://host:99999"),
        (LIVE, "http://host/?a=b", "must end before the first ? or #, as here: http://host/"),
        (LIVE, "http://host/?", "must end before the first ? or #, as here: http://host/"),
        (LIVE, "http://host#top", "must end before the first ? or #, as here: http://host"),
        (LIVE, " http://host", "with or without a path, not:  http://host"),
        (LIVE, "http://a b", "with or without a path, not: http://a b"),
        (LIVE, "http://..", "with or without a path, not: http://.."),
        (LIVE, f"http://{'h' * 64}", "with or without a path, not: http://hhh"),
        ({"concurrency": "99999999999"}, "", "from 1 to 1000, not: 99999999999"),
        ({"timeout": "1e300"}, "", "from 0.001 to 86400, not: 1e300"),
        ({"rate": "0.0000001/s"}, "", "not: 0.0000001/s"),
        ({"rate": f"{'9' * 400}/s"}, "", "as 10/s or 600/m, not: 999"),
        ({"user": ["ann\udc80"]}, "http://host", "--user is not UTF-8 text"),
        ({}, "http://host", "--user NAME"),
        ({**LIVE, "foreign-user": "ann"}, "http://host", "also named as --user: ann"),
        ({**LIVE, "header": ["nonsense"]}, "http://host", "--header must be 'Name: value'; "),
        ({**LIVE, "ca-bundle": "/nowhere"}, "http://host", "is no file: /nowhere"),
        ({**LIVE, "api-key-file": "/"}, "http://host", "cannot be read (Is a directory): /"),
        ({**LIVE, "app": "shop:app"}, "http://host", "not both: http://host"),
    ],
)
def test_a_mistake_is_told_in_one_line_that_ends_in_the_value(words, url, message):
    with pytest.raises(SettingsError) as caught:
        settings_from(words, url, ENV)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        {"api-key-file": "canary"},
        {"api-key-file": "canary" * 99},
        {"api-key-file": "canary\0"},
        {"header": ["Authorization Bearer canary"]},
        {"header": ["Authorization Bearer canary:x"]},
    ],
)
def test_a_secret_in_the_place_of_something_else_is_not_repeated(words):
    with pytest.raises(SettingsError) as caught:
        settings_from({**LIVE, **words}, "http://host", ENV)
    assert "canary" not in str(caught.value)


def test_a_password_in_the_base_url_is_not_repeated():
    with pytest.raises(SettingsError) as caught:
        settings_from(LIVE, "https://me:canary@host", ENV)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["RESELLER_API_USER", "RESELLER_API_KEY"])
def test_credentials_are_utf_8(name):
    with pytest.raises(SettingsError, match=f"{name} is not UTF-8 text"):
        settings_from(LIVE, "http://host", {**ENV, name: "canary\udc80"})


@pytest.mark.parametrize("name", ["RESELLER_API_USER", "RESELLER_API_KEY"])
def test_a_live_target_needs_credentials(name):
    env = {key: value for key, value in ENV.items() if key != name}
    with pytest.raises(SettingsError, match=f"the environment variable {name}$"):
        settings_from(LIVE, "http://host", env)


def test_missing_credentials_are_named_together():
    both = "the environment variables RESELLER_API_USER and RESELLER_API_KEY$"
    with pytest.raises(SettingsError, match=both):
        settings_from(LIVE, "http://host", {})


@pytest.mark.parametrize(
    ("app", "expected"),
    [("shop:create_app", "shop:create_app()"), ("shop:create_app()", "shop:create_app()")],
)
def test_what_makes_an_app_is_named_with_parentheses(app, expected):
    assert settings_from({**LIVE, "app": app, "factory": True}, "", ENV).app == expected
    assert settings_from({**LIVE, "app": app}, "", ENV).app == app


def test_a_factory_needs_its_name():
    with pytest.raises(SettingsError, match=r"--factory needs what makes the app: --app MODULE"):
        settings_from({**LIVE, "factory": True}, "http://host", ENV)


def test_settings_show_no_key():
    assert "canary" not in repr(settings_from(LIVE, "http://host", ENV))
