"""The page of the HTTP source: its example is taken, and it explains every key, style and conversion."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, SecretStr

from integrations.api.endpoints import Auth, Endpoint, Paging, Since
from integrations.api.settings import HttpSettings
from integrations.api.source import HttpSource
from integrations.rows.mapped import Value
from tests.docs.pages import page

PAGE = page("integrations/http.md")


def test_the_example_is_taken(tmp_path: Path) -> None:
    [block] = [block for block in PAGE.blocks if block.language == "yaml"]
    endpoints = tmp_path / "endpoints.yaml"
    endpoints.write_text(block.text, encoding="utf-8")
    settings = HttpSettings(
        endpoints=endpoints,
        secrets=SecretStr('{"product": "s"}'),
        base_url="https://api.customer.example",
    )
    HttpSource(settings).close()


def test_every_key_is_explained() -> None:
    assert PAGE.table("The file of endpoints", "key").column("key") == list(Endpoint.model_fields)
    assert PAGE.table("Since", "key").column("key") == list(Since.model_fields)


@pytest.mark.parametrize(
    ("section", "heading", "model", "field"),
    [
        ("Who we are", "kind", Auth, "kind"),
        ("Paging", "style", Paging, "style"),
        ("Columns", "convert", Value, "convert"),
    ],
)
def test_every_choice_is_explained(section: str, heading: str, model: type[BaseModel], field: str) -> None:
    told = [word for cell in PAGE.table(section, heading).column(heading) for word in cell.split(", ")]
    assert sorted(told) == sorted(filter(None, get_args(model.model_fields[field].annotation)))
