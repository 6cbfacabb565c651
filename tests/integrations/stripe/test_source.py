"""What only Stripe's source does: events, what is due soon, looking up what a listing does not tell."""

from collections.abc import Iterator

import pytest

from health.records import Account, Contact, Payment, Subscription
from integrations.errors import RetryLater
from integrations.stripe.client import StripeClient
from integrations.stripe.source import DUE_SOON_S
from tests.integrations.stripe.account import (
    DAY,
    HOUR,
    Stripe,
    about,
    bought,
    counted,
    seats_of,
    subscription_event,
)
from tests.integrations.stripe.book import BILLED, NUMBERED, book, customer, event, invoice, records
from tests.integrations.stripe.made import END, NOW, Json, at, coupon, discount, item, price
from tests.rehearsal import Rehearsal


def test_when_nothing_happened_nothing_is_read_again(stripe: Stripe) -> None:
    assert stripe.pull() == []
    assert stripe.asked == {}


def test_what_happened_is_asked_for_again_once_however_often_it_did(stripe: Stripe) -> None:
    stripe.happens(
        subscription_event(0, 30, n=100, at_s=NOW + 60),
        subscription_event(0, 40, n=101, at_s=NOW + 61),
        subscription_event(3, 7, n=102, at_s=NOW + 61),
        event(
            103,
            "customer.updated",
            about("customer", {**customer(5, NUMBERED[5][1]), "name": "Renamed"}),
            NOW + 62,
        ),
        event(104, "invoice.paid", about("invoice", {**invoice(1, {}), "status": "paid"}), NOW + 63),
    )
    found = stripe.pull()
    assert seats_of(found) == {"sub_0000": 40, "sub_0003": 7}
    assert [record.name for record in found if isinstance(record, Account)] == ["Renamed"]
    assert [(p.invoice_id, p.status) for p in found if isinstance(p, Payment)] == [("in_0001", "paid")]
    assert stripe.asked == {"subscription": 2, "customer": 1, "invoice": 1}
    assert stripe.rejects == 0
    kinds = [type(record) for record in found]
    assert kinds == sorted(kinds, key=kinds.index), "records of one kind stand together"


@pytest.mark.parametrize("version", ["2020-08-27", "2024-06-20", "2025-08-27.basil", "2026-10-28.endive"])
def test_events_are_understood_in_the_version_they_were_rendered_in(stripe: Stripe, version: str) -> None:
    less = [discount(coupon("HALF", percent_off=50.0))]
    told = about("subscription", bought(0, 30, discounts=less))
    stripe.happens({**event(100, "customer.subscription.updated", told, NOW + 60), "api_version": version})
    (found,) = stripe.pull()
    assert isinstance(found, Subscription)
    assert (found.seats, found.mrr_minor) == (30, 15_000)


def test_a_renewal_is_a_new_row_beside_the_old_one(stripe: Stripe) -> None:
    july = {"current_period_start": END, "current_period_end": at(2026, 8, 1)}
    new = bought(0, 30)
    new["items"]["data"][0] |= july
    stripe.at_s = END + DAY
    stripe.happens(event(100, "customer.subscription.updated", about("subscription", new), END + 60))
    found = [record for record in stripe.pull() if isinstance(record, Subscription)]
    before = {(r.subscription_id, r.term_start) for r in records() if isinstance(r, Subscription)}
    assert ("sub_0000", found[0].term_start) not in before
    assert found[0].term_start.isoformat() == "2026-07-01"


MANY = [(n % 50, n) for n in range(130)]
LAST = {f"sub_{number:04}": n for number, n in MANY}


def many_events() -> Iterator[Json]:
    return (subscription_event(number, n, n=1_000 + n, at_s=NOW + n) for number, n in MANY)


def test_many_events_are_read_page_by_page(stripe: Stripe) -> None:
    stripe.happens(*many_events())
    assert seats_of(stripe.pull()) == LAST
    assert stripe.asked["subscription"] == 50


def test_a_customer_that_changed_often_is_asked_for_once(stripe: Stripe) -> None:
    told = about("customer", customer(5, NUMBERED[5][1]))
    stripe.happens(*(event(1_000 + n, "customer.updated", told, NOW + n) for n in range(130)))
    assert len([record for record in stripe.pull() if isinstance(record, Account)]) == 1
    assert stripe.asked == {"customer": 1}


def test_a_pull_of_events_that_was_cut_goes_on_there_and_the_next_one_reads_what_is_new(
    stripe: Stripe,
) -> None:
    stripe.happens(*many_events())
    cut = stripe.pull(1)
    stripe.later(HOUR)
    stripe.happens(subscription_event(121, 7, n=5_000, at_s=int(stripe.at_s) - 60))
    assert seats_of(cut) | seats_of(stripe.pull()) == LAST
    assert seats_of(stripe.pull()) == {"sub_0121": 7}


def test_the_same_page_of_events_again_ends_the_pull(stripe: Stripe) -> None:
    stripe.happens(*many_events())
    stripe.sandbox.faults("stripe", "again", on="/events?starting_after")
    with pytest.raises(RetryLater) as caught:
        stripe.pull()
    assert caught.value.reason == "repeated_page"
    stripe.sandbox.calm()
    assert seats_of(stripe.pull())


def test_an_event_that_is_listed_late_is_read_by_the_next_pull(stripe: Stripe) -> None:
    stripe.pull()
    began = int(stripe.at_s)
    stripe.happens(subscription_event(0, 30, at_s=began - 500))
    stripe.later(HOUR)
    assert seats_of(stripe.pull()) == {"sub_0000": 30}


def test_all_is_listed_again_when_the_events_are_gone(stripe: Stripe) -> None:
    stripe.happens(subscription_event(0, 30))
    stripe.later(31 * DAY)
    found = stripe.pull()
    assert len(found) == len(records())
    assert seats_of(found)["sub_0000"] == 30


def test_what_is_due_soon_is_listed_once_a_day_though_no_event_says_so(stripe: Stripe) -> None:
    stripe.content = {**stripe.content, "subscriptions": [bought(n, 99) for n in range(124)]}
    far = at(2026, 6, 1) + DUE_SOON_S + 60 * DAY
    stripe.content["subscriptions"][7]["items"]["data"][0]["current_period_end"] = far
    stripe.content["subscriptions"][8] |= {"status": "canceled", "ended_at": NOW}
    assert stripe.pull() == []
    stripe.later(DAY)
    found = stripe.pull()
    assert set(seats_of(found).values()) == {99}
    ended = sum(case.told.get("status") == "canceled" for _, case in NUMBERED)
    assert len(found) == len(NUMBERED) - ended - 2
    assert not {"sub_0007", "sub_0008"} & seats_of(found).keys()
    stripe.later(HOUR)
    assert stripe.pull() == []


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_cut_listing_goes_on_though_the_row_it_was_at_is_deleted(sandbox: Rehearsal, pages: int) -> None:
    stripe = Stripe(sandbox, content=book(events=[]))
    before = stripe.pull(pages)
    gone = "cus_0024"  # the last one of the first page
    told = about("customer", {"id": gone, "created": 1})
    stripe.happens(event(100, "customer.deleted", told, NOW - 5))
    after = stripe.pull()
    missing = records() - {*before, *after}
    assert {getattr(record, "account_id", "") for record in missing} <= {gone}
    assert pages > 1 or {*before} >= missing


def test_a_subscription_that_leaves_the_listing_of_what_is_due_loses_none_of_the_others(
    stripe: Stripe,
) -> None:
    stripe.later(DAY)
    before = stripe.pull(3)  # events, those of plans, and a page of what is due
    stripe.later(60)
    on_the_edge = list(seats_of(before))[-1]
    number = int(on_the_edge.removeprefix("sub_"))
    told = about("subscription", bought(number, 3, status="canceled", ended_at=int(stripe.at_s)))
    stripe.happens(event(100, "customer.subscription.deleted", told, int(stripe.at_s) - 5))
    after = stripe.pull()
    due = {r for r in records() if isinstance(r, Subscription) and r.status != "canceled"}
    soon = {r for r in due if r.term_end and r.term_end.year == 2026}
    assert soon <= {*before, *after}


def test_a_customer_that_is_deleted_is_written_to_no_more(stripe: Stripe) -> None:
    told = about("customer", customer(3, NUMBERED[3][1]))
    stripe.happens(event(100, "customer.deleted", told, NOW + 60))
    assert stripe.pull() == [Contact("cus_0003", "billing@customer3.example")]


def test_a_customer_that_came_and_went_between_two_pulls_leaves_nothing(stripe: Stripe) -> None:
    told = about("customer", {**customer(900, NUMBERED[0][1]), "created": NOW + 60})
    stripe.happens(
        event(100, "customer.created", told, NOW + 60), event(101, "customer.deleted", told, NOW + 90)
    )
    assert stripe.pull() == []


def test_an_address_that_was_replaced_is_written_to_no_more(stripe: Stripe) -> None:
    told = customer(3, NUMBERED[3][1])
    changed = [
        ("second@customer3.example", "billing@customer3.example"),
        ("third@customer3.example", "second@customer3.example"),
    ]
    stripe.happens(
        *(
            event(
                100 + n,
                "customer.updated",
                about("customer", {**told, "email": now}),
                NOW + 60 + n,
                previous_attributes={"email": before},
            )
            for n, (now, before) in enumerate(changed)
        )
    )
    found = {record for record in stripe.pull() if isinstance(record, Contact)}
    assert found == {
        Contact("cus_0003", "third@customer3.example", role="billing"),
        Contact("cus_0003", "second@customer3.example"),
        Contact("cus_0003", "billing@customer3.example"),
    }


def test_what_is_gone_meanwhile_is_left_as_it_was(stripe: Stripe) -> None:
    stripe.happens(
        event(100, "invoice.updated", about("invoice", {**invoice(900, {"status": "draft"})}), NOW + 60),
        event(101, "invoice.deleted", about("invoice", {**invoice(900, {"status": "draft"})}), NOW + 61),
    )
    assert stripe.pull() == []
    assert (stripe.asked, stripe.rejects) == ({"invoice": 1}, 0)


def test_a_discount_of_a_customer_changes_what_its_subscriptions_bring(stripe: Stripe) -> None:
    half = coupon("HALF", percent_off=50.0)
    told = {**customer(0, NUMBERED[0][1]), "discount": discount(half)}
    stripe.content = {
        **stripe.content,
        "customers": [told, *stripe.content["customers"][1:]],
        "coupons": [half],
    }
    given = about("discount", {**discount(half), "customer": "cus_0000"})
    stripe.happens(event(100, "customer.discount.created", given, NOW + 60))
    (found,) = stripe.pull()
    assert isinstance(found, Subscription)
    assert (found.subscription_id, found.mrr_minor) == ("sub_0000", 37_500 // 2)


def test_a_customer_may_pay_in_several_currencies(stripe: Stripe) -> None:
    prices = {code: price(f"in_{code}", 1_000, currency=code) for code in ("usd", "eur", "jpy")}
    sold = [
        bought(n, 2, customer="cus_0003", currency=code, items={"data": [{**item(of, 2), "id": f"si_{n}"}]})
        for n, (code, of) in enumerate(prices.items())
    ]
    stripe.happens(
        *(
            event(100 + n, "customer.subscription.updated", about("subscription", told), NOW + 60 + n)
            for n, told in enumerate(sold)
        )
    )
    found = [record for record in stripe.pull() if isinstance(record, Subscription)]
    assert {(r.account_id, r.currency, r.mrr_minor) for r in found} == {
        ("cus_0003", "USD", 2_000),
        ("cus_0003", "EUR", 2_000),
        ("cus_0003", "JPY", 2_000),
    }


def test_proration_on_an_invoice_is_no_recurring_revenue(stripe: Stripe) -> None:
    told = {**invoice(0, {"status": "paid"}), "amount_due": 123_456, "billing_reason": "subscription_update"}
    before = {r.subscription_id: r.mrr_minor for r in records() if isinstance(r, Subscription)}
    stripe.happens(
        event(100, "invoice.paid", about("invoice", told), NOW + 60), subscription_event(0, 25, n=101)
    )
    found = stripe.pull()
    (paid,) = [record for record in found if isinstance(record, Payment)]
    (term,) = [record for record in found if isinstance(record, Subscription)]
    assert (paid.amount_minor, term.mrr_minor, before["sub_0000"]) == (123_456, 25_000, 37_500)


def test_a_discount_of_a_subscription_asks_for_that_alone(stripe: Stripe) -> None:
    given = {**discount(coupon("HALF", percent_off=50.0)), "customer": "cus_0003", "subscription": "sub_0003"}
    stripe.happens(event(100, "customer.discount.deleted", about("discount", given), NOW + 60))
    assert list(seats_of(stripe.pull())) == ["sub_0003"]
    assert stripe.asked["subscription"] == 1


def test_an_event_that_does_not_say_whose_it_is_is_counted(stripe: Stripe) -> None:
    stripe.happens(
        event(100, "customer.discount.deleted", about("discount", discount(coupon("HALF"))), NOW + 60)
    )
    assert stripe.pull() == []
    assert stripe.rejects == 1


def test_what_a_listing_does_not_tell_is_looked_up_once(
    sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe = Stripe(sandbox)
    for name in ("price", "coupon", "items"):
        monkeypatch.setattr(StripeClient, name, counted(stripe.asked, name))
    assert set(stripe.pull()) == records()
    twelve = sum("twelve" in case.name for _, case in NUMBERED)
    assert stripe.asked == {"price": 4, "coupon": 1, "items": twelve}


def test_a_draft_is_no_payment_and_no_reject(sandbox: Rehearsal) -> None:
    stripe = Stripe(sandbox)
    found = [record for record in stripe.pull() if isinstance(record, Payment)]
    drafts = [number for number, (told, _) in BILLED if told["status"] == "draft"]
    assert len(found) == len(BILLED) - len(drafts)
    assert (len(drafts) > 0, stripe.rejects) == (True, 0)
