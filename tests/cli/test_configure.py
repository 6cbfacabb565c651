"""What can be set: mistakes are named in one line each, secrets are never shown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from config.files import SHIPPED
from templates import checked
from tests.cli.conftest import Seatsignal

SECRETS = {
    "SEATSIGNAL_DATABASE_URL": "postgresql://seat:canary-database@db.example/seat?sslpassword=canary-key",
    "SEATSIGNAL_BROKER_URL": "redis://:canary%2F-@broker@broker.example/0",
    "SEATSIGNAL_SLACK_TOKEN": "xoxb-canary-slack",
    "SEATSIGNAL_MAIL_HOST": "mail.example",
    "SEATSIGNAL_MAIL_SENDER": "success@seller.example",
    "SEATSIGNAL_MAIL_PASSWORD": "canary-mail",
}

WAIT = "seconds to wait for an answer"
SENDER = (
    "in the environment, .env or the secrets folder: the address that mail comes from; its domain must allow "
    "this server"
)


class Slip(NamedTuple):
    """A key as it should be, misspelt, and what is said of it."""

    file: str
    right: str
    wrong: str
    said: str


SLIPS = (
    Slip(
        "policy",
        "  watch_from: 50",
        "  watch_form: 50",
        "bands.watch_form: unknown key, did you mean 'watch_from'?",
    ),
    Slip("routes", "sales:\n", "sails:\n", "sails: unknown key, did you mean 'sales'?"),
    Slip("modes", "clean: 20", "claen: 20", "claen: unknown key, did you mean 'clean'?"),
    Slip("schedule", "assess:", "asses:", "asses: unknown key, did you mean 'assess'?"),
    Slip(
        "plays",
        "  title: They are set to cancel",
        "  titel: They are set to cancel",
        "cancel_at_period_end.titel: unknown key, did you mean 'title'?",
    ),
)


@pytest.mark.parametrize("command", [["config", "check"], ["pull"]])
@pytest.mark.parametrize("slip", SLIPS)
def test_an_unknown_key_names_the_nearest_one(seatsignal: Seatsignal, tmp_path: Path, command, slip):
    text = (SHIPPED / f"{slip.file}.yaml").read_text()
    assert text.count(slip.right) == 1
    (tmp_path / "ours.yaml").write_text(text.replace(slip.right, slip.wrong))
    done = seatsignal(*command, **{f"SEATSIGNAL_{slip.file.upper()}": str(tmp_path / "ours.yaml")})
    assert (done.status, done.out) == (1, "")
    assert f"ours.yaml: {slip.said}" in done.complaint
    assert all(line.startswith("ours.yaml: ") for line in done.complaint)


@pytest.mark.parametrize("name", ["POLICY", "ROUTES", "PLAYS", "SCHEDULE", "TARGETS", "MODES"])
def test_a_file_that_is_not_there_is_named(seatsignal: Seatsignal, name):
    done = seatsignal("config", "check", **{f"SEATSIGNAL_{name}": "/nowhere/ours.yaml"})
    assert (done.status, done.complaint) == (1, ["/nowhere/ours.yaml: No such file or directory"])


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"SEATSIGNAL_SLACK_TOKNE": "x"},
            "SEATSIGNAL_SLACK_TOKNE: nothing reads this variable, did you mean SEATSIGNAL_SLACK_TOKEN?",
        ),
        ({"SEATSIGNAL_ZZZ": "x"}, "SEATSIGNAL_ZZZ: nothing reads this variable"),
        ({"SEATSIGNAL_MAIL_HOST": "mail.example"}, f"mail: set SEATSIGNAL_MAIL_SENDER {SENDER}"),
        (
            {"SEATSIGNAL_SLACK_TOKEN": "xoxb-x", "SEATSIGNAL_SLACK_TIMEOUT_S": "0"},
            f"slack: SEATSIGNAL_SLACK_TIMEOUT_S: Input should be greater than 0 ({WAIT})",
        ),
    ],
)
def test_a_wrong_variable_is_named(seatsignal: Seatsignal, variables, said):
    done = seatsignal("config", "check", **variables)
    assert (done.status, done.out) == (1, "")
    assert said in done.complaint


NOTHING = "nothing reads this variable"


@pytest.fixture
def home(seatsignal: Seatsignal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, and a secrets folder in it."""
    (tmp_path / "secrets").mkdir()
    monkeypatch.chdir(tmp_path)
    seatsignal.variables["SEATSIGNAL_SECRETS_DIR"] = "secrets"
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            ".env",
            "SEATSIGNAL_SLACK_TOKNE=x",
            f"SEATSIGNAL_SLACK_TOKNE in .env: {NOTHING}, did you mean SEATSIGNAL_SLACK_TOKEN?",
        ),
        (
            "secrets/seatsignal_broker_uri",
            "canary",
            f"SEATSIGNAL_BROKER_URI in the secrets folder: {NOTHING}, did you mean SEATSIGNAL_BROKER_URL?",
        ),
        (".env", "SEATSIGNAL_JSON=1", "SEATSIGNAL_JSON in .env: read from the environment alone"),
        (".env", "SEATSIGNAL_MAIL_HOST=mail.example", f"mail: set SEATSIGNAL_MAIL_SENDER {SENDER}"),
        (
            "secrets/SEATSIGNAL_SLACK_TOKEN",
            "",
            "slack: SEATSIGNAL_SLACK_TOKEN: Value should have at least 1 item",
        ),
    ],
)
def test_a_wrong_variable_is_named_with_its_place(seatsignal: Seatsignal, home: Path, file, text, said):
    (home / file).write_text(text)
    done = seatsignal("config", "check")
    assert (done.status, done.out) == (1, "")
    assert any(line.startswith(said) for line in done.complaint)
    assert "canary" not in done.err


def test_settings_of_every_place_are_in_force_and_none_is_shown_that_is_secret(
    seatsignal: Seatsignal, home: Path
):
    (home / ".env").write_text("SEATSIGNAL_SLACK_TOKEN=xoxb-canary\nSEATSIGNAL_LEASE_S=12\nTOWN=Ghent\n")
    (home / "secrets" / "seatsignal_broker_url").write_text("redis://:canary@broker.example/0\n")
    assert seatsignal("config", "check").status == 0
    shown = seatsignal("config", "show").out.splitlines()
    assert {"SEATSIGNAL_LEASE_S=12.0", "SEATSIGNAL_BROKER_URL=(set)"} <= set(shown)
    assert "canary" not in "".join(shown)


@pytest.mark.parametrize("words", [["accounts"], ["config", "check"], ["up"]])
def test_a_secrets_folder_that_is_none_is_named(seatsignal: Seatsignal, words):
    done = seatsignal.started(
        "-m", *(["cli.embedded"] if words == ["up"] else ["cli", *words]), SEATSIGNAL_SECRETS_DIR="/nowhere"
    )
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["SEATSIGNAL_SECRETS_DIR: /nowhere is not a folder"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            "SEATSIGNAL_LEASE_S",
            "canary",
            "Input should be a valid number, unable to parse string as a number",
        ),
        ("SEATSIGNAL_BROKER_URL", "amqp://:canary@x", "must read memory://, or redis://HOST:PORT/DB"),
        ("SEATSIGNAL_WEB_PORT", "70000", "Input should be less than or equal to 65535"),
        ("SEATSIGNAL_LOG_LEVEL", "LOUD", "Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        (
            "SEATSIGNAL_PUBLIC_URL",
            "ftp://x",
            "must be https://host[:port][/path]; plain http only on loopback",
        ),
        *(
            (
                "SEATSIGNAL_BROKER_URL",
                f"redis://:1{sign}canary@broker.example/0",
                "write / ? # ; in a password as %2F %3F %23 %3B",
            )
            for sign in "/?#;"
        ),
    ],
)
def test_a_bad_value_is_told_in_one_line_without_the_value(seatsignal: Seatsignal, variable, value, said):
    done = seatsignal("accounts", **{variable: value})
    assert (done.status, done.out, done.complaint) == (1, "", [f"{variable}: {said}"])


def test_a_route_to_nowhere_is_named(seatsignal: Seatsignal, tmp_path: Path):
    text = (SHIPPED / "routes.yaml").read_text().replace("destination: slack", "destination: slak", 1)
    (tmp_path / "ours.yaml").write_text(text)
    done = seatsignal("config", "check", SEATSIGNAL_ROUTES=str(tmp_path / "ours.yaml"))
    assert (done.status, done.complaint) == (1, ["routes: csm: no destination 'slak', did you mean 'slack'?"])


@pytest.mark.parametrize(
    ("destination", "called", "address"),
    [("teams", "Teams", "https://flows.example"), ("apprise", "Apprise", "mmosts://chat.example")],
)
def test_a_route_to_a_channel_that_is_not_set_is_named(
    seatsignal: Seatsignal, tmp_path: Path, destination: str, called: str, address: str
):
    text = (SHIPPED / "routes.yaml").read_text()
    for owner, channel in (("#customer-success", "succes"), ("#sales", "sales")):
        text = text.replace(f'slack\n  owner: "{owner}"', f"{destination}\n  owner: {channel}")
    (tmp_path / "ours.yaml").write_text(text)
    routes = {"SEATSIGNAL_ROUTES": str(tmp_path / "ours.yaml")}
    variable = f"SEATSIGNAL_{destination.upper()}_CHANNELS"
    channels = {variable: f'{{"success": "{address}/canary", "sales": "{address}/canary"}}'}
    done = seatsignal("config", "check", **routes, **channels)
    assert (done.status, done.complaint) == (
        1,
        [f"routes: csm: no channel 'succes' of {called}, did you mean 'success'?"],
    )
    assert seatsignal("config", "check", **routes).status == 0, "nothing is set of it yet"
    broken = seatsignal("config", "check", **routes, **{variable: f'{{"success": "{address}/canary'})
    assert (broken.status, [line.partition(":")[0] for line in broken.complaint]) == (1, [destination])
    assert "canary" not in f"{broken.out}{broken.complaint}"


def test_programs_get_the_problems(seatsignal: Seatsignal):
    assert seatsignal("config", "check", "--json").document["problems"] == []
    done = seatsignal("config", "check", "--json", SEATSIGNAL_ZZZ="x")
    assert (done.status, len(done.document["problems"])) == (1, 1)


@pytest.mark.parametrize("words", [["show"], ["show", "--json"], ["check"], ["schema"]])
def test_no_secret_is_shown(seatsignal: Seatsignal, words):
    done = seatsignal("config", *words, **SECRETS)
    assert done.status == 0
    assert "canary" not in done.out + done.err


def test_what_is_in_force_is_shown(seatsignal: Seatsignal):
    done = seatsignal("config", "show", SEATSIGNAL_LEASE_S="12", **SECRETS)
    assert "SEATSIGNAL_LEASE_S=12.0" in done.out.splitlines()
    assert "SEATSIGNAL_DATABASE_URL=postgresql+psycopg://seat:***@db.example/seat" in done.out.splitlines()
    assert "SEATSIGNAL_BROKER_URL=(set)" in done.out.splitlines()


def test_the_compiled_policy_is_python(seatsignal: Seatsignal):
    source = seatsignal("config", "show", "--compiled").out
    compile(source, "policy", "exec")
    assert "def " in source


WORDS = {
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "contentMediaType", "contentSchema",
    "default", "description", "enum",
    "exclusiveMinimum", "format", "items", "maximum", "maxLength", "minimum", "minLength",
    "minProperties", "pattern",
    "properties", "required", "title", "type", "writeOnly", "exclusiveMaximum",
}  # fmt: skip
TYPES = {"object", "string", "integer", "number", "boolean", "null", "array"}


def schemas(schema: object) -> Iterator[dict[str, object]]:
    """Each schema within a schema."""
    assert isinstance(schema, dict)
    yield schema
    for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        yield from schemas(inner)


def test_the_schema_describes_each_setting(seatsignal: Seatsignal):
    document = json.loads(seatsignal("config", "schema").out)
    assert {"seatsignal", "files", "mail", "slack"} <= set(document)
    for model in document.values():
        assert model["type"] == "object"
        for schema in schemas(model):
            assert set(schema) <= WORDS
            assert schema.get("type", "string") in TYPES
        assert all(setting.get("description") for setting in model["properties"].values())
    assert "token" in document["slack"]["required"]


def test_a_survey_that_is_sent_to_nobody_is_found(seatsignal: Seatsignal, tmp_path: Path):
    policy, routes = (tmp_path / f"{name}.yaml" for name in ("policy", "routes"))
    text = (SHIPPED / "policy.yaml").read_text()
    policy.write_text(text.replace("nps: { sent: false", "nps: { sent: true"))
    own = (SHIPPED / "routes.yaml").read_text().replace("  survey_nps: [user, champion, admin]\n", "")
    routes.write_text(own)
    files = {"SEATSIGNAL_POLICY": str(policy), "SEATSIGNAL_ROUTES": str(routes)}
    done = seatsignal("config", "check", **files)
    found = "routes: letters.survey_nps: the policy sends nps, and nobody would get it"
    assert (done.status, done.complaint) == (1, [found])
    policy.write_text(text)
    assert seatsignal("config", "check", **files).status == 0


def test_a_template_that_would_fail_is_found(seatsignal: Seatsignal, monkeypatch: pytest.MonkeyPatch):
    said = "templates/email/renewal.txt.j2:23: there is no filter 'numbers'"
    monkeypatch.setattr(checked, "problems", lambda: (said,))
    ended = seatsignal("config", "check")
    assert (ended.status, said in ended.err) == (1, True)


def test_a_nudge_that_is_sent_to_nobody_is_found(seatsignal: Seatsignal, tmp_path: Path):
    nudges, routes = (tmp_path / f"{name}.yaml" for name in ("nudges", "routes"))
    nudges.write_text("unused_seats: {}\n")
    own = (SHIPPED / "routes.yaml").read_text().replace("  unused_seats: [admin, billing]\n", "")
    routes.write_text(own)
    files = {"SEATSIGNAL_NUDGES": str(nudges), "SEATSIGNAL_ROUTES": str(routes)}
    done = seatsignal("config", "check", **files)
    found = "routes: letters.unused_seats: nudges.yaml sends it, and nobody would get it"
    assert (done.status, done.complaint) == (1, [found])
    nudges.write_text("unused_seats: { below: 50 }\n")
    refused = seatsignal("config", "check", **files)
    assert (refused.status, refused.complaint) == (
        1,
        ["nudges.yaml: unused_seats.below: unknown key, did you mean 'below_pct'?"],
    )


def test_files_that_sources_name_are_read_too(seatsignal: Seatsignal, tmp_path):
    queries = tmp_path / "queries.yaml"
    queries.write_text("tickts: {query: SELECT 1}")
    done = seatsignal(
        *("config", "check"), SEATSIGNAL_SQL_URL="sqlite:///shop", SEATSIGNAL_SQL_QUERIES=str(queries)
    )
    assert (done.status, "did you mean tickets" in done.err) == (1, True)
