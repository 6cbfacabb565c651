"""Fields of a record as values of properties."""

import pytest

from health.records import Account
from integrations.errors import Rejected
from integrations.hubspot.answers import Object
from integrations.hubspot.properties import FIELDS, OUR_ID, TEXT_LIMIT, WANTED, Value, written
from integrations.hubspot.records import company_properties, of_company
from integrations.hubspot.settings import HubSpotSettings
from templates.content import RecordContent


def test_there_is_a_property_for_every_field_of_a_record() -> None:
    assert set(FIELDS) == {*RecordContent.__struct_fields__} - {"language"}


def test_names_are_our_own_and_each_is_there_once() -> None:
    names = [definition.name for definitions in WANTED.values() for definition in definitions]
    assert all(name.startswith("seatsignal_") for name in names)
    assert len(names) == len(set(names))


def test_nothing_that_is_written_is_read_back_as_evidence_of_whose_company_it_is() -> None:
    settings = HubSpotSettings.model_validate({"token": "pat-1"})
    values = written({field: "ACC-9" for field in FIELDS if not field.endswith("_minor")})
    assert not values.keys() & {*company_properties(settings)}
    company = Object(id="9", properties={"hs_object_id": "9", **values})
    assert [type(record) for record in of_company(company, {}, settings)] == [Account]


@pytest.mark.parametrize("setting", ["our_id_property", "stripe_property"])
def test_a_property_that_is_written_cannot_be_set_as_evidence(setting: str) -> None:
    for definition in FIELDS.values():
        with pytest.raises(ValueError, match="what it wrote is no evidence"):
            HubSpotSettings.model_validate({"token": "pat-1", setting: definition.name})
    assert HubSpotSettings.model_validate({"token": "pat-1", setting: OUR_ID.name})


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({}, {}),
        ({"account_key": "ACC-9"}, {"seatsignal_account_key": "ACC-9"}),
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
