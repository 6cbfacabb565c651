"""What an account says, in our words: known, or unknown, and never guessed."""

import pytest
from pydantic import SecretStr

from health.records import Account
from integrations.salesforce import records
from integrations.salesforce.settings import SalesforceSettings

SETTINGS = SalesforceSettings(
    base_url="https://firm.my.salesforce.com",
    client_id="key",
    client_secret=SecretStr("secret"),
    do_not_contact_field="Leave_Alone__c",
)


def account(settings: SalesforceSettings, **fields: object) -> Account:
    (found,) = records.of_account({"Id": "001A", **fields}, settings)
    assert isinstance(found, Account)
    return found


@pytest.mark.parametrize(
    ("said", "marked"),
    [(True, True), ("Yes", True), ("true", True), (False, False), ("No", False), ("", False), (None, False)],
)
def test_an_account_is_left_alone_where_the_field_that_is_set_says_yes(said: object, marked: bool) -> None:
    assert account(SETTINGS, Leave_Alone__c=said).do_not_contact is marked
    assert "Leave_Alone__c" in records.listings(SETTINGS)["Account"].fields
    unset = SETTINGS.model_copy(update={"do_not_contact_field": ""})
    assert account(unset, Leave_Alone__c=said).do_not_contact is None


def test_the_field_may_be_one_of_a_record_that_is_looked_up() -> None:
    settings = SETTINGS.model_copy(update={"do_not_contact_field": "Parent.Leave_Alone__c"})
    assert account(settings, Parent={"Leave_Alone__c": True}).do_not_contact is True
    assert account(settings, Parent=None).do_not_contact is False


def test_what_we_write_says_nothing_about_whom_to_leave_alone() -> None:
    with pytest.raises(ValueError, match="Seatsignal writes"):
        SalesforceSettings(**dict(SETTINGS) | {"do_not_contact_field": "Seatsignal_Expansion__c"})
