"""What only Chargebee's source does: what changed, what was deleted, and customers listed whole."""

import json
from datetime import date

import pytest

from health.records import Account, Contact, Payment, Record, Subscription
from integrations.chargebee.client import ChargebeeClient
from integrations.chargebee.place import OVERLAP_S
from tests.integrations.chargebee.account import DAY, HOUR, Chargebee, seats_of
from tests.integrations.chargebee.made import NOW, at
from tests.integrations.chargebee.site import NUMBERED, book, bought, customer, invoice, records, subscription
from tests.rehearsal import Rehearsal


def contacts(found: list[Record]) -> set[Record]:
    return {record for record in found if isinstance(record, Contact)}


def test_when_nothing_happened_nothing_is_read_again(chargebee: Chargebee) -> None:
    assert chargebee.pull() == []
    assert len(chargebee.pages) == 3


def test_a_listing_whose_offset_is_taken_no_more_begins_anew(sandbox: Rehearsal) -> None:
    site = Chargebee(sandbox)
    before = site.pull(1)
    site.cursor = json.dumps(json.loads(site.cursor or "") | {"offset": "gone"})
    after = site.pull()
    assert {*before, *after} == {*Chargebee(sandbox).pull()}
    assert not site.pages[0].complete, "nothing is vouched for of a listing that was cut"


def test_what_changed_is_read(chargebee: Chargebee) -> None:
    chargebee.happens(
        customers=customer(5, company="Renamed GmbH", updated_at=NOW + 60),
        subscriptions=bought(3, 7),
        invoices=invoice(1, {"status": "paid", "paid_at": NOW + 60}, updated_at=NOW + 60),
    )
    found = chargebee.pull()
    assert [record.name for record in found if isinstance(record, Account)] == ["Renamed GmbH"]
    assert seats_of(found) == {"sub_0003": 7}
    assert [(p.invoice_id, p.status) for p in found if isinstance(p, Payment)] == [("INV-0001", "paid")]


def test_the_revenue_of_a_change_is_read_once_it_is_found_out(chargebee: Chargebee) -> None:
    """Nothing says that Chargebee marks the subscription as changed by that."""
    item = {"item_price_id": "team-USD-Monthly", "item_type": "plan", "quantity": 7, "amount": 7_000}
    changed = bought(3, 7) | {"subscription_items": [item], "mrr": 0}
    chargebee.happens(subscriptions=changed)
    (before,) = chargebee.pull()
    chargebee.content["subscriptions"][-1] = changed | {"mrr": 7_000}
    chargebee.later(HOUR)
    (after,) = chargebee.pull()
    assert isinstance(before, Subscription)
    assert isinstance(after, Subscription)
    assert (before.mrr_minor, after.mrr_minor) == (None, 7_000)
    chargebee.later(OVERLAP_S)
    chargebee.pull()
    chargebee.later(HOUR)
    assert chargebee.pull() == []


def test_a_renewal_is_a_new_row_beside_the_old_one(chargebee: Chargebee) -> None:
    july = {"current_term_start": at(2026, 7, 1), "current_term_end": at(2026, 8, 1)}
    chargebee.at_s = at(2026, 7, 1, 12)
    chargebee.happens(subscriptions=bought(0, 25, at_s=at(2026, 7, 1), **july))
    found = [record for record in chargebee.pull() if isinstance(record, Subscription)]
    before = {(r.subscription_id, r.term_start) for r in records() if isinstance(r, Subscription)}
    assert [(r.subscription_id, r.term_start) in before for r in found] == [False]


def test_what_was_deleted_is_read_as_what_it_means(chargebee: Chargebee) -> None:
    chargebee.happens(
        subscriptions=subscription(0, NUMBERED[0][1], deleted=True, updated_at=NOW + 60),
        invoices=invoice(1, {"status": "posted", "deleted": True}, updated_at=NOW + 60),
        customers=customer(5, deleted=True, updated_at=NOW + 60),
    )
    term, payment = chargebee.pull()
    assert isinstance(term, Subscription)
    assert isinstance(payment, Payment)
    assert (term.status, term.term_end, term.auto_renew) == ("cancelled", date(2026, 6, 15), False)
    assert (payment.invoice_id, payment.status) == ("INV-0001", "void")


def test_customers_are_listed_whole_once_a_day(chargebee: Chargebee) -> None:
    chargebee.happens(
        customers=customer(5, email="new@customer5.example", updated_at=NOW + 60),
    )
    assert contacts(chargebee.pull()) == {Contact("cb_0005", "new@customer5.example", role="billing")}
    assert {(page.listing, page.complete) for page in chargebee.pages} == {("", False)}
    chargebee.later(DAY - HOUR)
    whole = contacts(chargebee.pull())
    assert Contact("cb_0005", "billing@customer5.example", role="billing") not in whole
    assert len(whole) == len(contacts(list(records())))
    told = [(page.listing, page.complete) for page in chargebee.pages]
    assert told == [("contacts", False), ("contacts", True), ("", False), ("", False)]
    chargebee.later(HOUR)
    assert contacts(chargebee.pull()) == set()


def test_a_whole_listing_that_was_cut_is_none(sandbox: Rehearsal) -> None:
    chargebee = Chargebee(sandbox)
    chargebee.pull(1)
    chargebee.pull()
    assert {(page.listing, page.complete) for page in chargebee.pages} == {("", False)}


def test_a_whole_listing_with_a_row_that_cannot_be_read_retires_nothing(sandbox: Rehearsal) -> None:
    chargebee = Chargebee(sandbox)
    sandbox.faults("chargebee", "nulls", on="/customers?")
    chargebee.pull()
    assert chargebee.pages[0].rejects == 100
    assert [page.listing for page in chargebee.pages[:2]] == ["contacts", "contacts"]
    assert not any(page.complete for page in chargebee.pages)


def test_what_changes_while_it_is_listed_is_met_again(chargebee: Chargebee) -> None:
    many = [bought(number, 10 + number, at_s=NOW + 60 + number) for number, _ in NUMBERED]
    chargebee.content = book(subscriptions=many)
    before = chargebee.pull(2)
    chargebee.happens(subscriptions=bought(0, 99, at_s=int(chargebee.at_s) + 5))
    chargebee.later(60)
    found = seats_of(before) | seats_of(chargebee.pull())
    assert found == {f"sub_{n:04}": 10 + n for n, _ in NUMBERED} | {"sub_0000": 99}


def test_a_pull_that_was_cut_loses_nothing_of_what_happens_before_the_next(chargebee: Chargebee) -> None:
    chargebee.happens(subscriptions=bought(3, 7))
    chargebee.pull(1)
    chargebee.later(3 * DAY)
    chargebee.happens(subscriptions=bought(4, 8, at_s=int(chargebee.at_s) - DAY))
    found = seats_of(chargebee.pull())
    assert found == {"sub_0003": 7, "sub_0004": 8}


def test_prices_are_looked_up_once_a_pull(sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    whole = ChargebeeClient.item_price

    def counted(self: ChargebeeClient, price_id: str) -> object:
        asked.append(price_id)
        return whole(self, price_id)

    monkeypatch.setattr(ChargebeeClient, "item_price", counted)
    Chargebee(sandbox).pull()
    assert len(asked) == len(set(asked)) == 9
