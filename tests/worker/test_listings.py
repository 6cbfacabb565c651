"""What an exhaustive listing leaves out is retired, unless that is more than a person would believe."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from sqlalchemy import func, select

from health.records import SHAPES, Account, Contact, Record, Seat, Shape, Ticket, Usage
from integrations.errors import RetryLater
from integrations.roles import Page
from store.installation import setting
from store.tables import accounts, audit, batches, field_type
from store.tables import facts as tables
from store.tables import past as pasts
from worker.deployment import Deployment
from worker.listings import REJECTS, TOO_MANY, UNFINISHED, Retired
from worker.pipeline import Pulled, pull

A_PAGE = 9
KINDS = [name for name, shape in SHAPES.items() if not shape.by_day]


def pages(kind: str, records: Sequence[Record], *, complete: bool = True) -> list[Page]:
    """A listing of a kind on small pages, the last of them perhaps empty."""
    starts = range(0, len(records) + 1, A_PAGE)
    made = [Page(records[at : at + A_PAGE], None, listing=kind) for at in starts]
    return [*made[:-1], replace(made[-1], complete=complete)]


def seats(*numbers: int) -> list[Record]:
    return [Seat(f"a{number % 7}", f"u{number}") for number in numbers]


@dataclass
class Told:
    """A source that yields what it is told to, and fails after that if it should."""

    yielded: Sequence[Page]
    error: Exception | None = None
    cursors: list[str | None] = field(default_factory=list)

    def check(self) -> None:
        """Always content."""

    def pull(self, cursor: str | None) -> Iterator[Page]:
        self.cursors.append(cursor)
        yield from self.yielded
        if self.error:
            raise self.error


def tell(
    deployment: Deployment,
    yielded: Sequence[Page],
    error: Exception | None = None,
    name: str = "stripe",
    *,
    retire_all: bool = False,
) -> Pulled:
    deployment.use_source(name, Told(yielded, error))
    return pull(deployment, name, retire_all=retire_all)


def count(deployment: Deployment, table) -> int:
    with deployment.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def standing(deployment: Deployment) -> set[str]:
    """The seats that are current, by user."""
    with deployment.database.read() as connection:
        return set(connection.execute(select(tables["seats"].c.user_id)).scalars())


def touched(deployment: Deployment) -> dict[str, int]:
    with deployment.database.read() as connection:
        return {row.key: row.touched for row in connection.execute(select(accounts))}


def record(shape: Shape, number: int) -> Record:
    """The n-th record of a kind, each of an account of its own."""
    values = {
        "str": f"{number}@x.example",
        "int": number,
        "float": 1.0,
        "bool": True,
        "date": date(2026, 5, 1),
    }
    made = {name: values[field_type(shape, name).__name__] for name in shape.fields}
    return shape.record(**made | {"account_id": f"a{number}"})


def test_a_listing_that_leaves_out_nothing_changes_nothing(deployment):
    tell(deployment, pages("seats", seats(*range(10))))
    before, numbered = touched(deployment), count(deployment, batches)
    done = tell(deployment, pages("seats", seats(*range(10))))
    assert done.retired == (Retired("seats", stood=10),)
    assert (touched(deployment), count(deployment, pasts["seats"])) == (before, 0)
    assert count(deployment, batches) == numbered + len(pages("seats", seats(*range(10))))


def test_retiring_twice_is_retiring_once(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    for stood, absent in ((20, 2), (18, 0), (18, 0)):
        done = tell(deployment, pages("seats", seats(*range(2, 20))))
        assert done.retired == (Retired("seats", stood, absent),)
    assert count(deployment, pasts["seats"]) == 2


@pytest.mark.parametrize(
    ("stored", "absent", "held"),
    [
        (10, 1, ""),
        (10, 2, TOO_MANY),
        (19, 1, ""),
        (19, 2, TOO_MANY),
        (20, 2, ""),
        (20, 3, TOO_MANY),
        (9, 1, TOO_MANY),
    ],
)
def test_more_than_a_tenth_is_held(deployment, stored, absent, held):
    tell(deployment, pages("seats", seats(*range(stored))))
    done = tell(deployment, pages("seats", seats(*range(absent, stored))))
    assert done.retired == (Retired("seats", stored, absent, held),)
    assert len(standing(deployment)) == (stored if held else stored - absent)


def test_what_is_held_lands_otherwise_and_stays_held_when_it_is_given_again(deployment):
    tell(deployment, pages("seats", seats(*range(10))))
    others = pages("seats", seats(*range(100, 300)))
    for _ in range(3):
        done = tell(deployment, others)
        assert done.retired == (Retired("seats", 10, 10, TOO_MANY),)
    assert len(standing(deployment)) == 210
    done = tell(deployment, others, retire_all=True)
    assert done.retired == (Retired("seats", 10, 10),)
    assert standing(deployment) == {f"u{number}" for number in range(100, 300)}
    done = tell(deployment, pages("seats", seats(*range(115, 300))))
    assert done.retired == (Retired("seats", 200, 15),)


@pytest.mark.parametrize("stored", [0, 1])
def test_an_empty_listing_is_no_proof_that_everyone_left(deployment, stored):
    tell(deployment, pages("seats", seats(*range(stored))))
    done = tell(deployment, pages("seats", []))
    assert done.retired == (Retired("seats", stored, stored, TOO_MANY if stored else ""),)
    assert len(standing(deployment)) == stored


def test_other_sources_and_other_kinds_are_left_alone(deployment):
    tell(deployment, pages("seats", seats(*range(20))), name="files")
    tell(deployment, [Page([Ticket(f"t{n}", "a1", n) for n in range(20)], None)])
    mixed = [*seats(*range(20)), Ticket("t0", "a1", 0), Account("a1")]
    tell(deployment, pages("seats", mixed))
    done = tell(deployment, pages("seats", [*seats(*range(1, 20)), Ticket("t0", "a1", 0)]))
    assert done.retired == (Retired("seats", 20, 1),)
    assert (count(deployment, tables["seats"]), count(deployment, tables["tickets"])) == (39, 20)


def test_two_listings_of_one_pull_are_settled_apart(deployment):
    people = [Contact("a1", f"p{n}@x.example") for n in range(20)]
    tell(deployment, [*pages("contacts", people), *pages("seats", seats(*range(20)))])
    done = tell(deployment, [*pages("contacts", people[1:]), *pages("seats", seats(*range(5)))])
    assert done.retired == (Retired("contacts", 20, 1), Retired("seats", 20, 15, TOO_MANY))
    assert (count(deployment, tables["contacts"]), len(standing(deployment))) == (19, 20)


def test_a_row_that_could_not_be_read_never_counts_as_absent(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    first, *rest = pages("seats", seats(*range(1, 20)), complete=False)
    done = tell(deployment, [replace(first, rejects=1), *rest], retire_all=True)
    assert (done.rejects, done.retired) == (1, (Retired("seats", held=REJECTS),))
    assert len(standing(deployment)) == 20


def test_a_listing_without_an_end_retires_nothing(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    done = tell(deployment, pages("seats", seats(*range(1, 20)), complete=False), retire_all=True)
    assert done.retired == (Retired("seats", held=UNFINISHED),)
    assert len(standing(deployment)) == 20


def test_pages_that_are_no_listing_retire_nothing(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    done = tell(deployment, [Page(seats(1), None, complete=True)])
    assert (done.retired, len(standing(deployment))) == ((), 20)


@pytest.mark.parametrize("ended", [True, False])
def test_a_pull_that_fails_after_the_listing_retires_nothing_and_the_next_does_it(deployment, ended):
    tell(deployment, pages("seats", seats(*range(20))))
    listed = pages("seats", seats(*range(2, 20), *range(100, 200)))
    done = tell(deployment, listed if ended else listed[:-1], RetryLater("cut_off"))
    assert (done.failure, done.retired) == ("cut_off", ())
    assert len(standing(deployment)) >= 20
    assert tell(deployment, listed).retired == (Retired("seats", 20, 2),)
    assert len(standing(deployment)) == 118


def test_what_landed_before_a_failure_does_not_make_a_wrong_listing_right(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    others = pages("seats", seats(*range(100, 400)))
    tell(deployment, others, RetryLater("cut_off"))
    assert tell(deployment, others).retired == (Retired("seats", 20, 20, TOO_MANY),)


def test_another_puller_in_between_leaves_it_to_the_next(deployment):
    tell(deployment, pages("seats", seats(*range(20))))

    class Overtaken(Told):
        def pull(self, cursor: str | None) -> Iterator[Page]:
            yield from super().pull(cursor)
            tell(deployment, [Page(seats(1), "elsewhere")])

    deployment.use_source("stripe", Overtaken(pages("seats", seats(*range(1, 20)))))
    done = pull(deployment, "stripe")
    assert (done.failure, done.retired, len(standing(deployment))) == ("overtaken", (), 20)


def test_who_comes_back_is_current_again_beside_both_pasts(deployment):
    for listed in (range(20), range(1, 20), range(20), range(1, 20)):
        tell(deployment, pages("seats", seats(*listed)))
    with deployment.database.read() as connection:
        rows = connection.execute(select(pasts["seats"]).order_by("batch")).all()
    assert [row.user_id for row in rows] == ["u0", "u0"]
    assert rows[0].batch < rows[0].until_batch < rows[1].batch < rows[1].until_batch


def test_a_changed_fact_counts_once_among_those_that_stood(deployment):
    tell(deployment, pages("seats", seats(*range(10))))
    changed = [Seat(seat.account_id, seat.user_id, role="admin") for seat in seats(*range(1, 10))]
    assert tell(deployment, pages("seats", changed)).retired == (Retired("seats", 10, 1),)


@pytest.mark.parametrize("kind", [name for name in SHAPES if name not in KINDS])
def test_days_are_never_retired_by_absence(deployment, kind):
    with pytest.raises(ValueError, match=f"{kind} is counted by day"):
        tell(deployment, pages(kind, [Usage("a", date(2026, 5, 1))]))


def test_kinds_of_days_are_these():
    assert set(SHAPES) - set(KINDS) == {"usage", "validations", "rates"}


@pytest.mark.parametrize(("absent", "retire_all", "actor"), [(1, False, "system"), (15, True, "operator")])
def test_what_is_retired_is_in_the_audit(deployment, absent, retire_all, actor):
    tell(deployment, pages("seats", seats(*range(20))))
    tell(deployment, pages("seats", seats(*range(absent, 20))), retire_all=retire_all)
    with deployment.database.read() as connection:
        (row,) = connection.execute(select(audit).where(audit.c.action == "facts_retired"))
    assert (row.about, row.detail, row.actor) == ("stripe/seats", f"{absent} of 20", actor)


def test_nothing_of_a_settled_listing_is_left_behind(deployment):
    tell(deployment, pages("seats", seats(*range(20))))
    with deployment.database.read() as connection:
        assert setting(connection, "listing:stripe/seats") == ""
