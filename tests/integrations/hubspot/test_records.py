"""What a company and a contact say, in our words: known, or unknown, and never guessed."""

from datetime import date

import pytest

from health.records import Account, Contact, Identifier
from integrations.hubspot import records
from integrations.hubspot.answers import Object
from integrations.hubspot.settings import HubSpotSettings

SETTINGS = HubSpotSettings(token="pat-1", stripe_property="stripe_customer")
OWNERS = {"71": "robin.vale@seller.example", "72": "noor@seller.example"}


def held(**properties: str | None) -> Object:
    return Object(id="9", properties={"hs_object_id": "9", **properties})


def account(**properties: str | None) -> Account:
    (found,) = (
        each for each in records.of_company(held(**properties), OWNERS, SETTINGS) if isinstance(each, Account)
    )
    return found


def contact(**properties: str | None) -> Contact | None:
    given = {"email": "ada@firm.example", "associatedcompanyid": "9001", **properties}
    (found,) = (*records.of_contact(held(**given), SETTINGS), None)[:1]
    assert found is None or isinstance(found, Contact)
    return found


def test_a_company_that_says_nothing_is_an_account_that_says_nothing() -> None:
    assert account() == Account("9")
    assert account(name=" ", domain="", country=None) == Account("9")


@pytest.mark.parametrize(
    ("employees", "band"),
    [
        ("1", "1-10"),
        ("10", "1-10"),
        ("11", "11-50"),
        ("50", "11-50"),
        ("51", "51-200"),
        ("200.0", "51-200"),
        ("201", "201-500"),
        ("1000", "501-1000"),
        ("5000", "1001-5000"),
        ("5001", "5001+"),
        ("1e9", "5001+"),
        ("0", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("several", None),
        ("", None),
    ],
)
def test_size_bands(employees: str, band: str | None) -> None:
    assert account(numberofemployees=employees).size_band == band


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Germany", "DE"),
        ("germany", "DE"),
        ("de", "DE"),
        ("United States", "US"),
        ("USA", "US"),
        ("Türkiye", "TR"),
        ("Ruritania", None),
        ("xx", None),
        ("EU", None),
        ("Unknown Region", None),
        ("", None),
    ],
)
def test_countries(said: str, code: str | None) -> None:
    assert account(country=said).country == code


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("71", "robin.vale@seller.example"),
        ("79", None),
        ("", None),
        ("Robin Vale", None),
        ("Robin@Seller.example", "robin@seller.example"),
    ],
)
def test_owners(said: str, address: str | None) -> None:
    found = account(hubspot_owner_id=said)
    assert (found.csm_email, found.sales_email) == (address, address)


@pytest.mark.parametrize(
    ("said", "day"),
    [("2026-03-04T23:59:59.999Z", date(2026, 3, 4)), ("2026-03-04", date(2026, 3, 4)), ("soon", None)],
)
def test_the_day_a_company_was_made(said: str, day: date | None) -> None:
    assert account(createdate=said).created_on == day


def test_what_a_company_is_called_elsewhere() -> None:
    made = held(domain="WWW.Firm.example", seatsignal_account_id="ACC-7", stripe_customer="cus_7")
    assert {each for each in records.of_company(made, {}, SETTINGS) if isinstance(each, Identifier)} == {
        Identifier("9", "our_id", "ACC-7"),
        Identifier("9", "domain", "firm.example"),
        Identifier("9", "stripe", "cus_7"),
    }


def test_without_a_property_for_it_no_id_is_read() -> None:
    silent = HubSpotSettings(token="pat-1", our_id_property="")
    made = held(seatsignal_account_id="ACC-7", stripe_customer="cus_7")
    assert [type(each) for each in records.of_company(made, {}, silent)] == [Account]


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("CHAMPION", "champion"),
        ("END_USER", "user"),
        ("BUDGET_HOLDER", "billing"),
        ("champion;budget_holder", "billing"),
        ("END_USER; CHAMPION", "champion"),
        ("Admin", "admin"),
        ("BLOCKER", None),
        ("brand_new", None),
        ("", None),
    ],
)
def test_roles(said: str, role: str | None) -> None:
    found = contact(hs_buying_role=said)
    assert found is not None
    assert found.role == role


@pytest.mark.parametrize(
    ("said", "consent"), [("true", False), ("True", False), ("false", None), ("", None), (None, None)]
)
def test_who_opted_out_has_not_consented_and_nobody_else_has_said(said: str | None, consent: bool) -> None:
    found = contact(hs_email_optout=said)
    assert found is not None
    assert found.consent is consent


@pytest.mark.parametrize(
    "properties",
    [
        {"email": None},
        {"email": "ada"},
        {"email": "ada lovelace@firm.example"},
        {"associatedcompanyid": None},
        {"associatedcompanyid": ""},
    ],
)
def test_who_cannot_be_written_to_or_is_at_no_company_is_left_out(properties: dict[str, str | None]) -> None:
    assert contact(**properties) is None


@pytest.mark.parametrize(
    ("properties", "readable"),
    [
        ({"hs_object_id": "9"}, True),
        ({"hs_object_id": "8"}, False),
        ({"hs_object_id": None}, False),
        ({}, False),
    ],
)
def test_an_object_says_who_it_is_or_cannot_be_read(
    properties: dict[str, str | None], readable: bool
) -> None:
    assert records.readable(Object(id="9", properties=properties)) is readable


def test_no_property_is_asked_for_that_no_record_holds() -> None:
    assert set(records.company_properties(SETTINGS)) == {
        "hs_object_id", "name", "domain", "industry", "country", "numberofemployees", "createdate",
        "hubspot_owner_id", "seatsignal_account_id", "stripe_customer", "hs_merged_object_ids",
    }  # fmt: skip
    assert set(records.contact_properties(SETTINGS)) == {
        "hs_object_id", "email", "firstname", "lastname", "hs_language", "hs_email_optout",
        "associatedcompanyid", "hs_buying_role",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "marked"),
    [("true", True), ("Yes", True), ("1", True), ("false", False), ("no", False), ("", False), (None, False)],
)
def test_a_company_is_left_alone_where_the_property_that_is_set_says_yes(
    said: str | None, marked: bool
) -> None:
    settings = SETTINGS.model_copy(update={"do_not_contact_property": "leave_alone"})
    company = held(leave_alone=said)
    (found,) = (each for each in records.of_company(company, {}, settings) if isinstance(each, Account))
    assert found.do_not_contact is marked
    assert "leave_alone" in records.company_properties(settings)
    assert account(leave_alone=said).do_not_contact is None


def test_what_we_write_says_nothing_about_whom_to_leave_alone() -> None:
    with pytest.raises(ValueError, match="Seatsignal writes"):
        HubSpotSettings(token="pat-1", do_not_contact_property="seatsignal_expansion")
