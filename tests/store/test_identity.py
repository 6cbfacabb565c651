"""Accounts of several systems with ids of their own: who is joined, by what evidence, and who is refused."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from health.records import Account, Contact, Identifier, Record, Ticket
from store import facts, identity, matches, merges, sources, subjects
from store.database import Database
from store.erasure import erase
from store.installation import secret
from store.sources import Landed
from store.tables import accounts, audit, links, source_accounts
from tests.store.locks import anybody_waits

FOUNDERS = frozenset({"billing"})


@pytest.fixture
def database(emptied_database: Database) -> Database:
    with emptied_database.write() as connection:
        for source in ("billing", "desk", "hubspot"):
            sources.register(connection, source)
    return emptied_database


def land(database: Database, source: str, records: Iterable[Record]) -> None:
    """Store a page as a pull does."""
    with database.write() as connection:
        cursor = sources.cursor_of(connection, source)
        batch = sources.begin_batch(connection, source, cursor, founding=source in FOUNDERS)
        page = list(records)
        facts.store_records(connection, batch, page)
        landed = Landed(frozenset(facts.kinds_of(page)), len(page), None, complete=False)
        sources.end_batch(connection, batch, f"{batch.number}", landed)


def joined(database: Database) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return by source and id the account's key, the rule and the evidence."""
    query = (
        select(source_accounts, accounts.c.key, links.c.rule, links.c.evidence)
        .join(links, links.c.source_account == source_accounts.c.id)
        .join(accounts, accounts.c.id == links.c.account)
        .where(links.c.to_batch.is_(None))
    )
    with database.read() as connection:
        return {(r.source, r.external_id): (r.key, r.rule, r.evidence) for r in connection.execute(query)}


def refused(database: Database) -> list[tuple[str, str, str, tuple[str, ...]]]:
    with database.read() as connection:
        found = matches.unmatched(connection)
    return [(each.external_id, each.reason, each.rule, each.candidates) for each in found]


def wait(database: Database) -> int:
    with database.write() as connection:
        return identity.link_waiting(connection)


BOOK = [
    Account("cus_1", domain="one.example"),
    Identifier("cus_1", "our_id", "acct-1"),
    Account("cus_2"),
    Identifier("cus_2", "domain", "two.example"),
    Identifier("cus_2", "hubspot", "902"),
    Account("cus_3", domain="one.example"),
]


@pytest.mark.parametrize(
    ("source", "records", "expected"),
    [
        ("desk", [Identifier("77", "our_id", "acct-1")], ("acct-1", "our_id", "our_id acct-1")),
        ("desk", [Identifier("77", "billing", "cus_2")], ("cus_2", "external_id", "billing cus_2")),
        ("hubspot", [Account("902")], ("cus_2", "crm_link", "hubspot 902")),
        ("desk", [Identifier("77", "hubspot", "902")], ("cus_2", "crm_link", "hubspot 902")),
        (
            "desk",
            [Identifier("77", "domain", "two.example")],
            ("cus_2", "verified_domain", "domain two.example"),
        ),
        ("desk", [Identifier("77", "domain", "one.example")], None),
        ("desk", [Account("77", domain="two.example")], None),
        ("desk", [Account("cus_2")], None),
        ("desk", [Identifier("77", "our_id", "acct-9")], None),
    ],
)
def test_a_source_that_founds_nothing_joins_by_evidence_or_not_at_all(database, source, records, expected):
    land(database, "billing", BOOK)
    land(database, source, records)
    external_id = records[0].account_id
    assert joined(database).get((source, external_id)) == expected
    with database.read() as connection:
        assert len(connection.execute(select(accounts)).all()) == 3


def test_a_founding_source_keeps_the_key_that_it_states(database):
    land(database, "billing", BOOK)
    assert joined(database) == {
        ("billing", "cus_1"): ("acct-1", "our_id", "acct-1"),
        ("billing", "cus_2"): ("cus_2", "founded", "cus_2"),
        ("billing", "cus_3"): ("cus_3", "founded", "cus_3"),
    }


def test_what_fits_two_is_refused_and_listed_with_both(database):
    land(database, "billing", BOOK)
    land(database, "desk", [Identifier("77", "domain", "one.example"), Account("78")])
    assert refused(database) == [
        ("77", "two", "verified_domain", ("acct-1", "cus_3")),
        ("78", "none", "", ()),
    ]


def test_what_came_too_early_is_linked_once_more_is_known(database):
    land(database, "desk", [Ticket("t1", "77", 1), Identifier("77", "domain", "two.example")])
    assert (joined(database), wait(database)) == ({}, 0)
    land(database, "billing", BOOK)
    assert wait(database) == 1
    assert joined(database)[("desk", "77")][0] == "cus_2"
    assert wait(database) == 0


def test_a_link_touches_its_account(database):
    land(database, "billing", BOOK)
    with database.read() as connection:
        before = {row.key: row.touched for row in connection.execute(select(accounts))}
    land(database, "desk", [Identifier("77", "domain", "two.example")])
    with database.read() as connection:
        after = {row.key: row.touched for row in connection.execute(select(accounts))}
    assert {key for key in after if after[key] > before[key]} == {"cus_2"}


def test_a_person_links_moves_and_unlinks(database):
    land(database, "billing", BOOK)
    land(database, "desk", [Account("77")])
    with database.write() as connection:
        assert identity.link_by_hand(connection, "desk", "77", "acct-1", "ann")
        assert identity.link_by_hand(connection, "desk", "77", "cus_2", "ann")
        assert not identity.link_by_hand(connection, "desk", "77", "nobody", "ann")
        assert not identity.link_by_hand(connection, "desk", "99", "cus_2", "ann")
    assert joined(database)[("desk", "77")] == ("cus_2", "by_hand", "ann")
    with database.write() as connection:
        assert identity.unlink(connection, "desk", "77")
        assert not identity.unlink(connection, "desk", "77")
    assert ("desk", "77") not in joined(database)


def test_what_a_person_unlinked_stays_so(database):
    land(database, "billing", BOOK)
    land(database, "desk", [Identifier("77", "domain", "two.example")])
    with database.write() as connection:
        assert identity.unlink(connection, "desk", "77")
    assert wait(database) == 0
    assert refused(database) == [("77", "fits", "verified_domain", ("cus_2",))]


def test_the_id_to_write_by_is_the_one_that_is_linked(database):
    land(database, "billing", BOOK)
    land(database, "hubspot", [Account("902"), Account("903")])
    with database.write() as connection:
        ours = {row.key: row.id for row in connection.execute(select(accounts))}
        everyone = min(ours.values()), max(ours.values())
        assert matches.record_ids(connection, "hubspot", *everyone) == {ours["cus_2"]: "902"}
        assert matches.without_record(connection, "hubspot") == ["acct-1", "cus_3"]
        identity.link_by_hand(connection, "hubspot", "903", "cus_2", "ann")
        assert matches.record_ids(connection, "hubspot", *everyone) == {}
        assert matches.without_record(connection, "hubspot") == ["acct-1", "cus_2", "cus_3"]


def test_a_source_s_match_rate_counts_all_of_its_accounts(database):
    land(database, "billing", BOOK)
    land(database, "desk", [Identifier("77", "our_id", "acct-1"), Account("78")])
    with database.read() as connection:
        assert matches.match_rates(connection) == {"billing": (3, 3), "desk": (1, 2)}


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_two_pulls_that_end_at_once_link_what_waited_once(database):
    land(database, "desk", [Account("d1"), Identifier("d1", "our_id", "c1")])
    land(database, "billing", [Account("cus_1"), Identifier("cus_1", "our_id", "c1")])
    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            assert identity.link_waiting(connection) == 1
            second = other.submit(wait, database)
            while not anybody_waits(connection):
                assert not second.done()
        assert second.result(timeout=60) == 0
    assert joined(database)["desk", "d1"][0] == "c1"


# -- what a system merges ------------------------------------------------------------------------------


@pytest.fixture
def merged(database: Database) -> Database:
    """Two customers, each with a company in the CRM; the second company is merged into the first."""
    land(database, "billing", [Account("acme"), Account("zeta")])
    land(database, "hubspot", [Account("1"), Account("2"), *our_ids(("1", "acme"), ("2", "zeta"))])
    land(database, "hubspot", [Identifier("1", "hubspot", "2")])
    return database


def our_ids(*pairs: tuple[str, str]) -> list[Identifier]:
    return [Identifier(each, "our_id", key) for each, key in pairs]


def follow(database: Database) -> int:
    with database.write() as connection:
        identity.link_waiting(connection)
        return merges.follow(connection, "hubspot")


def writable(database: Database) -> dict[int, str]:
    with database.read() as connection:
        return matches.record_ids(connection, "hubspot", 0, 1_000)


def test_what_was_merged_follows_the_record_that_is_left_once(merged):
    assert follow(merged) == 1
    assert joined(merged)["hubspot", "2"] == ("acme", "merged", "hubspot 1")
    assert joined(merged)["hubspot", "1"][0] == "acme"
    assert list(writable(merged).values()) == ["1"], "what is gone is no record to write to"
    assert follow(merged) == 0
    with merged.read() as connection:
        told = connection.execute(select(audit.c.about, audit.c.detail)).all()
    assert told == [("acme", "hubspot 2 into 1")]


@pytest.mark.parametrize(
    "undo", [lambda c: identity.unlink(c, "hubspot", "2"), lambda c: said_of_2(c, "zeta")]
)
def test_who_undoes_a_merge_is_not_overruled(merged, undo):
    follow(merged)
    with merged.write() as connection:
        assert undo(connection)
    there = joined(merged)
    assert follow(merged) == 0
    assert joined(merged) == there


def said_of_2(connection, key: str) -> bool:
    return identity.link_by_hand(connection, "hubspot", "2", key, "ann")


def test_a_record_that_nobody_knew_takes_over_the_link_of_what_was_merged_into_it(database):
    land(database, "billing", [Account("acme")])
    land(database, "hubspot", [Account("2"), *our_ids(("2", "acme"))])
    land(database, "hubspot", [Account("3"), Identifier("3", "hubspot", "2")])
    assert follow(database) == 1
    assert joined(database)["hubspot", "3"] == ("acme", "crm_link", "hubspot 2")
    assert list(writable(database).values()) == ["3"]


def test_merges_are_followed_one_after_the_other(merged):
    follow(merged)
    land(merged, "billing", [Account("new")])
    land(merged, "hubspot", [Account("4"), *our_ids(("4", "new"))])
    land(merged, "hubspot", [Identifier("4", "hubspot", "1"), Identifier("4", "hubspot", "2")])
    assert follow(merged) == 2
    assert {name: key for (_, name), (key, rule, _) in joined(merged).items() if rule == "merged"} == {
        "1": "new",
        "2": "new",
    }
    assert follow(merged) == 0


def test_what_another_system_calls_by_that_id_is_no_merge(merged):
    land(merged, "desk", [Account("77"), Identifier("77", "hubspot", "2")])
    with merged.write() as connection:
        assert merges.follow(connection, "desk") == 0


# -- taking back -------------------------------------------------------------------------------------


def undone(database: Database, source: str, external_id: str) -> str | None:
    with database.write() as connection:
        return identity.undo(connection, source, external_id)


def by_hand(database: Database, external_id: str, key: str) -> None:
    with database.write() as connection:
        assert identity.link_by_hand(connection, "desk", external_id, key, "ada")


def known_by_its_id(database: Database) -> None:
    land(database, "billing", [Account("b1"), Account("b2")])
    land(database, "desk", [Account("d1"), Identifier("d1", "our_id", "b1")])


def test_a_link_by_hand_is_taken_back_and_the_one_before_stands_again(database: Database):
    known_by_its_id(database)
    before = joined(database)
    by_hand(database, "d1", "b2")
    assert joined(database)["desk", "d1"] == ("b2", "by_hand", "ada")

    assert undone(database, "desk", "d1") == "b1"
    assert joined(database) == before
    assert undone(database, "desk", "d1") is None, "nothing that a person said stands"


def test_a_link_by_hand_to_what_was_nobody_s_is_taken_back_to_nobody(database: Database):
    land(database, "billing", [Account("b1")])
    land(database, "desk", [Account("d1")])
    by_hand(database, "d1", "b1")

    assert undone(database, "desk", "d1") == ""
    assert ("desk", "d1") not in joined(database)


def test_an_unlinking_is_taken_back(database: Database):
    known_by_its_id(database)
    before = joined(database)
    with database.write() as connection:
        assert identity.unlink(connection, "desk", "d1")

    assert undone(database, "desk", "d1") == "b1"
    assert joined(database) == before


@pytest.mark.parametrize("external_id", ["d1", "nobody"])
def test_what_no_person_said_is_not_taken_back(database: Database, external_id: str):
    known_by_its_id(database)
    before = joined(database)

    assert undone(database, "desk", external_id) is None
    assert joined(database) == before


# -- people at two systems' accounts --------------------------------------------------------------------

ADA, BOB, CAY = "ada@acme.example", "bob@acme.example", "cay@gmail.com"
AGENCY = "office@agency.example"
PEOPLE = [
    Account("cus_1"),
    Contact("cus_1", ADA),
    Contact("cus_1", CAY),
    Contact("cus_1", "dee@shared.example"),
    Account("cus_2"),
    Contact("cus_2", BOB),
    Contact("cus_2", "dee@shared.example"),
    Identifier("cus_2", "domain", "two.example"),
]


def at(account: str, *emails: str) -> list[Record]:
    return [Account(account), *(Contact(account, email) for email in emails)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (at("77", ADA), "cus_1"),
        (at("77", ADA.upper()), "cus_1"),
        (at("77", ADA, "eve@acme.example"), "cus_1"),
        (at("77", "eve@acme.example"), "none"),
        (at("77", CAY), "none"),
        (at("77", "dee@shared.example"), "two"),
        (at("77", ADA, BOB), "two"),
        ([*at("77", ADA), Identifier("77", "domain", "two.example")], "cus_2"),
        ([*at("77", ADA), *at("78", ADA)], "none"),
    ],
)
def test_a_person_whom_both_know_joins_an_account_where_no_name_does(database, records, expected):
    land(database, "billing", PEOPLE)
    land(database, "desk", records)
    found = joined(database).get(("desk", "77"))
    reason = next((reason for name, reason, *_ in refused(database) if name == "77"), None)
    assert (found[0] if found else reason) == expected


def test_a_person_is_evidence_by_token_alone(database):
    land(database, "billing", PEOPLE)
    land(database, "desk", at("77", ADA))
    with database.read() as connection:
        told = subjects.token(secret(connection), ADA)
    assert joined(database)["desk", "77"] == ("cus_1", "contact_email", f"contact_email {told}")


def test_who_was_erased_joins_nobody(database):
    land(database, "billing", PEOPLE)
    erase(database, ADA, "test")
    land(database, "desk", at("77", ADA))
    assert ("desk", "77") not in joined(database)


def test_an_agency_that_pays_for_two_customers_makes_them_none(database):
    """Its address is at two accounts of one system: neither joins the other, and nobody else joins either."""
    land(database, "billing", at("cus_1", AGENCY))
    land(database, "billing", at("cus_2", AGENCY))
    land(database, "desk", at("77", AGENCY))
    assert {key for key, *_ in joined(database).values()} == {"cus_1", "cus_2"}
    assert refused(database) == [("77", "two", "contact_email", ("cus_1", "cus_2"))]


def test_a_person_who_came_later_joins_what_waited(database):
    land(database, "desk", at("77", ADA))
    land(database, "billing", PEOPLE)
    assert wait(database) == 1
    assert joined(database)["desk", "77"][:2] == ("cus_1", "contact_email")


# -- domains -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("one.example", "WWW.One.Example.", "cus_1"),
        ("bücher.example", "xn--bcher-kva.example", "cus_1"),
        ("one.example", "shop.one.example", None),
        ("shop.one.example", "one.example", None),
        ("gmx.at", "gmx.at", None),
        ("mailinator.com", "mailinator.com", None),
        ("co.uk", "co.uk", None),
        ("one.myshopify.com", "one.myshopify.com", "cus_1"),
    ],
)
def test_domains_meet_in_one_spelling_and_are_somebody_s_own(database, ours, theirs, expected):
    land(database, "billing", [Account("cus_1", domain=ours)])
    land(database, "desk", [Account("77"), Identifier("77", "domain", theirs)])
    found = joined(database).get(("desk", "77"))
    assert (found and found[0]) == expected
