"""Fields of a record as values of properties."""

import pytest

from integrations.errors import Rejected
from integrations.hubspot.properties import FIELDS, TEXT_LIMIT, WANTED, Value, written
from templates.content import RecordContent


def test_there_is_a_property_for_every_field_of_a_record() -> None:
    assert set(FIELDS) == {*RecordContent.__struct_fields__} - {"language"}


def test_names_are_our_own_and_each_is_there_once() -> None:
    names = [definition.name for definitions in WANTED.values() for definition in definitions]
    assert all(name.startswith("seatsignal_") for name in names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({}, {}),
        ({"account_key": "ACC-9"}, {"seatsignal_account_id": "ACC-9"}),
        ({"band": "at_risk"}, {"seatsignal_band": "at_risk"}),
        ({"health": 88}, {"seatsignal_health": "88"}),
        ({"health": 100}, {"seatsignal_health": "100"}),
        ({"utilisation_pct": 92.0}, {"seatsignal_utilisation": "92"}),
        ({"utilisation_pct": 41.25}, {"seatsignal_utilisation": "41.25"}),
        ({"priority": -3}, {"seatsignal_priority": "-3"}),
        ({"priority": 0}, {"seatsignal_priority": "0"}),
        ({"priority": 1_000_000}, {"seatsignal_priority": "1000000"}),
        ({"expansion": True}, {"seatsignal_expansion": "true"}),
        ({"expansion": False}, {"seatsignal_expansion": "false"}),
        ({"renewal_on": "2027-03-01"}, {"seatsignal_renewal_on": "2027-03-01"}),
        ({"days_until_full": None}, {"seatsignal_days_until_full": ""}),
        ({"reasons": "one\ntwo"}, {"seatsignal_reasons": "one\ntwo"}),
        (
            {"uplift_minor": 40_050, "currency": "EUR"},
            {"seatsignal_uplift": "400.5", "seatsignal_currency": "EUR"},
        ),
        (
            {"revenue_at_risk_minor": 40_000, "currency": "JPY"},
            {"seatsignal_revenue_at_risk": "40000", "seatsignal_currency": "JPY"},
        ),
        (
            {"uplift_minor": 1, "currency": "BHD"},
            {"seatsignal_uplift": "0.001", "seatsignal_currency": "BHD"},
        ),
        ({"uplift_minor": 40_000, "currency": None}, {"seatsignal_uplift": "400", "seatsignal_currency": ""}),
        ({"uplift_minor": 0}, {"seatsignal_uplift": "0"}),
    ],
)
def test_values(fields: dict[str, Value], values: dict[str, str]) -> None:
    assert written(fields) == values


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"colour": "red"}, "field_unknown"), ({"reasons": "x" * (TEXT_LIMIT + 1)}, "text_too_long")],
)
def test_what_cannot_be_said_is_refused(fields: dict[str, Value], reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        written(fields)
    assert caught.value.reason == reason
