"""A model beside the policy: read, sealed, refused with place and reason, and part of the policy's hash."""

import json

import pytest

from config.files import SHIPPED
from config.models import checked, model_of
from config.policy import PolicyError, load, stated, with_model
from tests.health.models import DRIVERS, document, driver, model


def beside(folder, content, policy: str = "engine: fitted\nfitted: { model: model.json }\n"):
    """A policy in a folder, with a model's file beside it."""
    if content is not None:
        (folder / "model.json").write_text(content if isinstance(content, str) else json.dumps(content))
    _, _, rest = (SHIPPED / "policy.yaml").read_text().partition("engine: weighted")
    shipped = policy + rest.partition("\n")[2]
    at = folder / "policy.yaml"
    at.write_text(shipped)
    return at


def test_the_model_is_part_of_the_policy_and_of_its_hash(tmp_path):
    found = load(beside(tmp_path, document()))
    assert found.model == model_of(model())
    assert {profile.engine for profile in found.profiles.values()} == {"fitted"}
    assert "feature:meeting" in found.metrics
    again = load(beside(tmp_path, document(intercept=-2.4)))
    assert again.hash != found.hash
    assert json.loads(found.data)["fitted"]["content"]["intercept"] == -2.5


def test_what_a_statement_carries_is_the_same_policy(tmp_path):
    found = load(beside(tmp_path, document()))
    again = stated(json.loads(found.data))
    assert (again.hash, again.model) == (found.hash, found.model)


def test_a_model_that_no_profile_judges_by_costs_nothing(tmp_path):
    found = load(beside(tmp_path, document(), "engine: weighted\nfitted: { model: model.json }\n"))
    assert (found.model, found.metrics) == (None, load().metrics)
    assert load(tmp_path / "policy.yaml", engine="fitted").model is not None


def test_the_policy_without_a_model_keeps_the_hash_it_had():
    assert "fitted" not in json.loads(load().data)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("{", "not JSON, or damaged"),
        ({**document(), "intercept": -1.0}, "the file was altered"),
        (document(drivers=[driver("no_such_thing", 1.0)]), "'no_such_thing' is no measure and no driver"),
        (document(drivers=[driver("nps", 1.0)] * 2), "one is there twice"),
        (document(drivers=[driver("nps", 1.0, usual={})]), "none for accounts of no segment"),
        (document(drivers=[driver("nps", 1.0, sd=0.0)]), "drivers.0.sd: Input should be greater than 0"),
        (document(points=[[0.0, 10_000.0], [1.0, 10_001.0]]), "points: must go from probability 0"),
        (document(segment_by="colour"), "'colour' is no text of an account"),
        (document(base_rate=1.0), "base_rate: Input should be less than 1"),
        (document(target="expanded"), "tells who will grow"),
        (document(unknown=1), "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, said):
    with pytest.raises(PolicyError) as refusal:
        load(beside(tmp_path, content))
    (problem,) = refusal.value.problems
    assert problem.startswith("policy.yaml: fitted")
    assert said in problem


def test_the_engine_needs_a_model():
    with pytest.raises(PolicyError, match="the engine needs a model"):
        load(engine="fitted")


def test_a_policy_can_be_given_a_model():
    found = with_model(load(), model())
    assert found.model == model_of(model())
    assert [weight.name for weight in found.profiles["default"].weights] == [each["name"] for each in DRIVERS]


def test_whole_numbers_are_read_as_what_they_are_worth():
    """Another program may write 1.0 as 1: the file is still the one that was sealed."""
    text = json.dumps(document()).replace(".0,", ",").replace(".0}", "}").replace(".0]", "]")
    assert checked(json.loads(text), "model.json") == model()
