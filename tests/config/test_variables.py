"""Where a setting may stand, which place counts, and what is said of a place nobody can read."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.files import ConfigError
from config.settings import Settings, settings
from config.variables import ENV_FILE, ENVIRONMENT, SECRETS, given, nearest, read
from integrations.errors import Misconfigured
from integrations.mail.settings import MailSettings
from integrations.settings import settings as of_integration

PLACES = (ENVIRONMENT, ENV_FILE, SECRETS)
Put = Callable[..., None]


class Pigeon(BaseSettings):
    """Settings as an integration has them, of more kinds than text."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_PIGEON_", extra="forbid")

    token: SecretStr = Field(min_length=1, description="the key to the loft")
    perches: list[str] = Field(default_factory=list, description="where it may land")
    wings: int = Field(2, description="how many it has")


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts variables in a place."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("SEATSIGNAL_SECRETS_DIR", str(folder))

    def putting(place: str, **variables: str) -> None:
        for name, value in variables.items():
            if place == ENVIRONMENT:
                monkeypatch.setenv(name, value)
            elif place == SECRETS:
                (folder / name).write_text(f"{value}\n")
            else:
                with (tmp_path / ".env").open("a") as file:
                    file.write(f"{name}='{value}'\n")

    return putting


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelt", [str.upper, str.lower])
def test_a_setting_may_stand_in_any_place_in_any_case(put: Put, place, spelt):
    values = {"token": "canary", "perches": '["roof", "sill"]', "wings": "3"}
    put(place, **{spelt(f"seatsignal_pigeon_{name}"): value for name, value in values.items()})
    found = of_integration(Pigeon)
    assert (found.token.get_secret_value(), found.perches, found.wings) == ("canary", ["roof", "sill"], 3)
    assert isinstance(found, Pigeon)


@pytest.mark.parametrize("places", [PLACES, PLACES[1:], PLACES[2:]])
def test_the_first_place_counts(put: Put, places):
    for place in places:
        put(place, SEATSIGNAL_PIGEON_TOKEN=place, SEATSIGNAL_COMPANY_NAME=place)
    assert of_integration(Pigeon).token.get_secret_value() == places[0]
    assert read(Settings).company_name == places[0]


def test_each_setting_is_looked_for_in_every_place(put: Put):
    put(SECRETS, seatsignal_mail_password="canary", SEATSIGNAL_MAIL_PORT="1")
    put(ENV_FILE, SEATSIGNAL_MAIL_HOST="smtp.seller.example", SEATSIGNAL_MAIL_PORT="2")
    put(ENVIRONMENT, SEATSIGNAL_MAIL_SENDER="success@seller.example")
    found = of_integration(MailSettings)
    assert (found.password.get_secret_value(), found.host, found.port) == ("canary", "smtp.seller.example", 2)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_of_others_is_passed_over(put: Put, place):
    others = {
        "SEATSIGNAL_COMPANY_NAME": "Ours",
        "SEATSIGNAL_MAIL_HOST": "x",
        "HOME_TOWN": "x",
        "SEATSIGNAL_ZZZ": "x",
    }
    put(place, SEATSIGNAL_PIGEON_TOKEN="canary", **others)
    assert of_integration(Pigeon).wings == 2
    assert read(Settings).company_name == "Ours"


@pytest.mark.parametrize("place", PLACES)
def test_a_name_of_the_integrations_own_that_is_none_is_refused_with_where_it_stands(put: Put, place):
    put(place, SEATSIGNAL_PIGEON_TOKEN="canary", SEATSIGNAL_PIGEON_WINGZ="4")
    with pytest.raises(Misconfigured) as caught:
        of_integration(Pigeon)
    assert str(caught.value) == (
        f"no such setting: SEATSIGNAL_PIGEON_WINGZ in {place} (did you mean SEATSIGNAL_PIGEON_WINGS?); "
        "unset it"
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"TOKEN": ""}, "SEATSIGNAL_PIGEON_TOKEN: Value should have at least 1 item"),
        ({"TOKEN": "t", "WINGS": "canary"}, "SEATSIGNAL_PIGEON_WINGS: Input should be a valid integer"),
        ({"TOKEN": "t", "PERCHES": "canary"}, "SEATSIGNAL_PIGEON_*: a value is not what its setting takes"),
        (
            {"WINGS": "1"},
            "set SEATSIGNAL_PIGEON_TOKEN in the environment, .env or the secrets folder: the key to",
        ),
    ],
)
def test_a_wrong_value_is_named_and_never_repeated(put: Put, place, values: Mapping[str, str], said):
    put(place, **{f"SEATSIGNAL_PIGEON_{name}": value for name, value in values.items()})
    with pytest.raises(Misconfigured) as caught:
        of_integration(Pigeon)
    assert str(caught.value).startswith(said)
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_only_what_is_ours_is_given(put: Put):
    put(SECRETS, seatsignal_pigeon_token="a", tls_key="b")
    put(ENV_FILE, SEATSIGNAL_ZZZ="c", PATH="d")
    found = given()
    assert list(found) == list(PLACES)
    assert found[SECRETS] == {"SEATSIGNAL_PIGEON_TOKEN": "a"}
    assert found[ENV_FILE] == {"SEATSIGNAL_ZZZ": "c"}
    assert found[ENVIRONMENT].keys() == {"SEATSIGNAL_SECRETS_DIR"}


def test_no_place_need_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert given() == {ENVIRONMENT: {}, ENV_FILE: {}, SECRETS: {}}
    (tmp_path / ".env").mkdir()
    assert given()[ENV_FILE] == {}


ASKED = (given, lambda: read(Settings), settings.__wrapped__, lambda: of_integration(Pigeon))


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("name", ["absent", "file"])
def test_a_folder_that_is_none_is_named(tmp_path: Path, monkeypatch, ask, name):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEATSIGNAL_SECRETS_DIR", str(tmp_path / name))
    with pytest.raises((ConfigError, Misconfigured)) as caught:
        ask()
    assert str(caught.value) == f"SEATSIGNAL_SECRETS_DIR: {tmp_path / name} is not a folder"


@pytest.mark.usefixtures("put")
@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(
    ("file", "said"),
    [(".env", ".env: a file is not UTF-8"), ("secrets/seatsignal_x", "SEATSIGNAL_SECRETS_DIR: a file")],
)
def test_a_place_in_another_encoding_is_named_without_what_it_holds(tmp_path: Path, ask, file, said):
    (tmp_path / file).write_bytes(b"SEATSIGNAL_PIGEON_TOKEN=canary\xff")
    with pytest.raises((ConfigError, Misconfigured)) as caught:
        ask()
    assert said in str(caught.value)
    assert "canary" not in repr(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("ask", ASKED)
def test_a_file_one_may_not_read_is_named(put: Put, tmp_path: Path, monkeypatch, ask):
    def refused(self: Path, **_: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    put(SECRETS, seatsignal_pigeon_token="canary")
    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises((ConfigError, Misconfigured)) as caught:
        ask()
    where = tmp_path / "secrets" / "seatsignal_pigeon_token"
    assert str(caught.value) == f"SEATSIGNAL_SECRETS_DIR: {where} cannot be read: Permission denied"


def test_the_nearest_name_is_found_by_what_differs():
    known = ["SEATSIGNAL_SLACK_TOKEN", "SEATSIGNAL_MAIL_HOST"]
    assert nearest("SEATSIGNAL_SLACK_TOKNE", known) == "SEATSIGNAL_SLACK_TOKEN"
    assert nearest("SEATSIGNAL_ZZZ", known) == ""


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("memory://", True),
        ("memory://localhost/", True),
        ("redis://broker.example", True),
        ("redis://broker.example:6379/3", True),
        ("rediss://seat:p%40ss@broker.example:6380/0?ssl_cert_reqs=required", True),
        ("redis://:canary@[::1]:6379/0", True),
        ("redis://", False),
        ("", False),
        ("rediss//broker.example", False),
        ("redis://:canary@broker.example:port/0", False),
        ("redis://:canary@broker.example:70000/0", False),
        ("redis://:canary@broker.example/zero", False),
        ("amqp://seat:canary@broker.example//", False),
        ("pigeon://:canary@broker.example", False),
        ("redis://:canary@[broker/0", False),
    ],
)
def test_a_broker_nobody_could_reach_is_refused_without_its_address(put: Put, url, good):
    put(ENV_FILE, SEATSIGNAL_BROKER_URL=url)
    if good:
        assert settings.__wrapped__().broker_url == url
        return
    with pytest.raises(ConfigError) as caught:
        settings.__wrapped__()
    assert str(caught.value) == "SEATSIGNAL_BROKER_URL: must read memory://, or redis://HOST:PORT/DB"
