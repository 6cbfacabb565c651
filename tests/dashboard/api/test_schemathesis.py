"""Schemathesis asks what OpenAPI says can be asked, and what cannot: no 5xx, no answer unlike its schema."""

import json
from os import environ
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.generation.meta import ParameterLocation
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dashboard.api.whole import service
from tests.dashboard.api.conftest import BASE, Program, Served

CASES = int(environ.get("API_CASES", "12"))
"""Cases of each operation and kind; `API_CASES=180` comes to 5,000 in all."""
OPERATIONS = service(lambda: pytest.fail("nothing is asked here")).operations
ASKED = [
    *((GenerationMode.POSITIVE, BASE + each.path) for each in OPERATIONS),
    *((GenerationMode.NEGATIVE, BASE + each.path) for each in OPERATIONS if each.params or each.parts),
]
"""Nothing can be asked wrongly where nothing is asked beside the path."""


@pytest.fixture(scope="session")
def asking(api: Served) -> Program:
    return api.program()


@pytest.fixture(scope="session")
def described(api: Served) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{api.url}{BASE}/openapi.json")


def test_the_description_is_of_every_operation(described: BaseSchema):
    assert list(described.raw_schema["paths"]) == [BASE + each.path for each in OPERATIONS]
    described.validate()


@pytest.mark.parametrize("path", [BASE + each.path for each in OPERATIONS])
def test_what_is_shown_as_an_answer_is_one(described: BaseSchema, path: str):
    parts = {"components": described.raw_schema["components"]}
    for answer in described.raw_schema["paths"][path]["get"]["responses"].values():
        for content in answer.get("content", {}).values():
            jsonschema_rs.validator_for(content["schema"] | parts).validate(content["example"])


@pytest.mark.parametrize("path", [BASE + each.path for each in OPERATIONS])
def test_what_is_shown_as_asked_may_be(described: BaseSchema, path: str):
    operation = described.raw_schema["paths"][path]["get"]
    for parameter in operation["parameters"]:
        if "example" in parameter:
            jsonschema_rs.validator_for(parameter["schema"]).validate(parameter["example"])
    answered = operation["responses"]["200"]["content"]["application/json"]["example"]
    for part in (each for each in operation["parameters"] if each["in"] == "path"):
        assert part["example"] in json.dumps(answered), "what is answered is of what is asked"


@pytest.mark.parametrize(("kind", "path"), ASKED)
def test_it_answers_as_it_says(described: BaseSchema, asking: Program, kind: GenerationMode, path: str):
    ours: dict[str, Any] = {"headers": {"Authorization": f"Bearer {asking.token}"}, "session": asking.http}

    @settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(case=described[path]["GET"].as_strategy(generation_mode=kind))
    def ask(case: Case) -> None:
        is_opaque = "after" in (case.query or {})  # a place that is made up is none, which no schema can say
        without = [positive_data_acceptance] if is_opaque else []
        case.call_and_validate(**({} if _is_stranger(case) else ours), excluded_checks=without)

    ask()


def _is_stranger(case: Case) -> bool:
    """Say whether what is wrong with a case is its token: it is asked as it is, with none of ours."""
    headers = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return headers is not None and headers.mode is GenerationMode.NEGATIVE
