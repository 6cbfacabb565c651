"""Settings, log events and SQL on docs/operating.md are those of the code."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from config.settings import Settings
from integrations import registry
from store.database import Database
from store.schema import migrate
from tests.docs.pages import names, page, sources
from worker.incidents import KINDS

OPERATING = page("operating.md")
VARIABLE = re.compile(r"SEATSIGNAL_[A-Z_]*[A-Z]\b(?!_)")
EVENT = re.compile(r'\blog\.(?:debug|info|warning|error|exception|critical)\(\s*"(\w+)"')
MODELS: dict[str, type[BaseSettings]] = {"": Settings, **registry.settings_models()}
FIELDS = {
    "_".join(filter(None, ("SEATSIGNAL", vendor.upper(), name.upper()))): field
    for vendor, model in MODELS.items()
    for name, field in model.model_fields.items()
}
WITH_DEFAULTS = [table for table in OPERATING.tables if "default" in table.headings]
DEFAULTS = {row[0]: row[1] for table in WITH_DEFAULTS for row in table.rows}
OTHERS = OPERATING.tables[OPERATING.tables.index(WITH_DEFAULTS[-1]) + 1].column("variable")


def shown(field: FieldInfo) -> str:
    """A default as the tables write it."""
    match field.get_default():
        case _ if field.is_required():
            return "required"
        case None:
            return ""
        case bool(value):
            return str(value).lower()
        case SecretStr() as secret:
            return secret.get_secret_value()
        case value:
            return str(value)


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    assert DEFAULTS.keys() == FIELDS.keys()


@pytest.mark.parametrize("variable", [name for name, field in FIELDS.items() if not field.default_factory])
def test_defaults_are_as_documented(variable: str) -> None:
    assert DEFAULTS[variable] == shown(FIELDS[variable])


def test_every_other_variable_in_the_code_is_documented() -> None:
    used = {name for path in sources() for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert set(OTHERS) == used - FIELDS.keys()


@pytest.mark.parametrize("name", names())
def test_every_variable_on_a_page_is_one_that_is_read(name: str) -> None:
    assert set(VARIABLE.findall(page(name).text)) <= {*FIELDS, *OTHERS}


def test_every_log_event_is_explained() -> None:
    events = {event for path in sources() for event in EVENT.findall(path.read_text(encoding="utf-8"))}
    assert set(OPERATING.table("Logs").column("event")) == events


def test_every_kind_of_incident_is_explained() -> None:
    for heading in ("what is wrong", "begins when"):
        assert OPERATING.table("Incidents", heading).column("kind") == list(KINDS)


def test_the_queries_run(tmp_path: Path) -> None:
    file = tmp_path / "seatsignal.sqlite3"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.close()
    (queries,) = (block.text for block in OPERATING.blocks if block.language == "sql")
    with closing(sqlite3.connect(file)) as connection:
        for query in filter(str.strip, queries.split(";")):
            connection.execute(query).fetchall()
