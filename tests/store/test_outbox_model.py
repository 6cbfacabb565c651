"""Any history of the outbox against a model of it small enough to be read at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from health.nouns import Notice, Receipt
from store import claims, outbox, settlement, unsettled
from store.database import Database
from store.tables import metadata
from tests.owed import go_live, notice, pass_time, standing

LATER_S = 1_000
"""Longer than any lease and any wait between two attempts, so that the model needs no clock."""
LEASE_S = 60.0
UNCLAIMED = ("planned", "due")
NEWER = (*outbox.OPEN, "sent", "quarantined", "unknown")
"""Where a newer state stands that an older one must not follow."""
FOLLOWS = {"sent": "sent", "rejected": "quarantined", "suppressed": "suppressed", "unknown": "unknown"}


@dataclass
class Owed:
    """What the model knows of one notice."""

    number: int
    thread: str
    kind: str
    status: str = "planned"
    strikes: int = 0
    keyed: bool = False
    token: str = ""
    suspect: bool = False
    rested: bool = True
    lapsed: bool = False

    @property
    def key(self) -> str:
        return str(self.number)

    @property
    def is_open(self) -> bool:
        return self.status in outbox.OPEN

    @property
    def fragile(self) -> bool:
        return self.strikes > 0 or self.suspect

    @property
    def in_hand(self) -> bool:
        return self.status in {"claimed", "sending"}


@dataclass
class Model:
    """The outbox in Python: one list, no SQL, no clock."""

    owed: list[Owed] = field(default_factory=list)
    live: bool = False

    def plan(self, thread: str, kind: str) -> Owed:
        self.owed.append(Owed(len(self.owed), thread, kind))
        self.replace_older(thread, kind)
        return self.owed[-1]

    def replace_older(self, thread: str, kind: str) -> None:
        newest = max((one.number for one in self.of(thread) if one.is_open), default=0)
        for one in self.of(thread) if kind == "state" else ():
            if one.status in UNCLAIMED and one.number < newest:
                one.status = "replaced"

    def of(self, thread: str) -> list[Owed]:
        return [one for one in self.owed if one.thread == thread]

    def make_due(self) -> None:
        for one in self.owed if self.live else ():
            if one.status == "planned":
                one.status, one.rested = "due", True

    def claimable(self) -> set[str]:
        heads = (next((one for one in self.of(thread) if one.is_open), None) for thread in THREADS)
        held = [one for one in self.owed if one.in_hand]
        free = {one.thread for one in self.owed} - {one.thread for one in held}
        due = [one for one in heads if one and one.status == "due" and one.rested and one.thread in free]
        fragile = any(one.fragile for one in held)
        return {one.key for one in due if not (one.fragile and fragile)}

    def claim(self, keys: Iterable[str], token: str) -> None:
        for one in (self.owed[int(key)] for key in keys):
            one.status, one.token, one.lapsed = "claimed", token, False

    def mark(self, token: str, *, keyed: bool) -> set[str]:
        ours = [one for one in self.held(token, "claimed") if not one.lapsed]
        for one in ours:
            one.status, one.keyed = "sending", keyed
        return {one.key for one in ours}

    def held(self, token: str, *statuses: str) -> list[Owed]:
        return [one for one in self.owed if one.token == token and one.status in statuses]

    def settle(self, token: str, receipt: Receipt) -> int:
        ours = self.held(token, "claimed", "sending", "unknown")
        for one in ours:
            one.lapsed = False
            if receipt.outcome == "retry":
                self._try_again(one, receipt.reason)
            else:
                one.status = FOLLOWS[receipt.outcome]
        return len(ours)

    def _try_again(self, one: Owed, reason: str) -> None:
        one.strikes += reason == settlement.BROKEN
        one.suspect = reason == settlement.BROKEN_TOGETHER
        one.status = "quarantined" if one.strikes >= settlement.MAX_STRIKES else "due"
        one.token, one.rested = "", False

    def later(self) -> None:
        for one in self.owed:
            one.rested = one.lapsed = True

    def lapse(self) -> None:
        for one in self.owed:
            if one.lapsed and one.status == "claimed":
                one.status, one.token = "due", ""
            elif one.lapsed and one.status == "sending":
                self._lose_sender(one)

    def replay(self) -> None:
        for one in [one for one in self.owed if one.status == "quarantined"]:
            self._owe_again(one)

    def settle_by_hand(self, key: str, *, sent: bool) -> str:
        one = self.owed[int(key)]
        if one.status != "unknown":
            return ""
        if sent:
            one.status, one.token = "sent", ""
        else:
            self._owe_again(one)
        return one.status

    def _owe_again(self, one: Owed) -> None:
        newer = [other for other in self.of(one.thread) if other.number > one.number]
        shown = any(other.keyed and other.status == "sent" for other in newer)
        newer_state = one.kind == "state" and any(other.status in NEWER for other in newer)
        one.status = "replaced" if shown or newer_state else "due"
        one.token, one.strikes, one.suspect, one.rested = "", 0, False, True

    @staticmethod
    def _lose_sender(one: Owed) -> None:
        one.strikes += 1
        if not one.keyed:
            one.status = "unknown"
            return
        one.status = "quarantined" if one.strikes >= settlement.MAX_STRIKES else "due"
        one.token, one.rested = "", False


THREADS = {"thread a": "message", "thread b": "message", "fields a": "state", "fields b": "state"}
RECEIPTS = [
    *(Receipt("", outcome) for outcome in FOLLOWS),
    Receipt("", "retry", "busy"),
    Receipt("", "retry", settlement.BROKEN),
    Receipt("", "retry", settlement.BROKEN_TOGETHER),
]


class Histories(RuleBasedStateMachine):
    """Does everything to the database and to the model, and compares after each step."""

    taken: Bundle[claims.Claim] = Bundle("taken")

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.model = Model()
        self.empty()

    def empty(self) -> None:
        with self.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def store_plan(self, one: Owed) -> None:
        owed: Notice = notice(one.key, one.thread, kind=one.kind)
        with self.database.write() as connection:
            outbox.plan(connection, None, [owed])

    @rule(thread=strategies.sampled_from(sorted(THREADS)), many=strategies.integers(1, 3))
    def plan(self, thread: str, many: int) -> None:
        for _ in range(many):
            self.store_plan(self.model.plan(thread, THREADS[thread]))

    @rule(data=strategies.data())
    def plan_again(self, data: strategies.DataObject) -> None:
        if self.model.owed:
            one = data.draw(strategies.sampled_from(self.model.owed))
            self.store_plan(one)
            self.model.replace_older(one.thread, one.kind)

    @rule()
    def go_live(self) -> None:
        go_live(self.database)
        self.model.live = True

    @rule()
    def make_due(self) -> None:
        with self.database.write() as connection:
            outbox.make_due(connection, None)
        self.model.make_due()

    @rule(target=taken, limit=strategies.integers(1, 3))
    def claim(self, limit: int) -> claims.Claim:
        with self.database.write() as connection:
            held = claims.claim(connection, "sink", limit, LEASE_S)
        keys = {one.key for one in held.notices}
        claimable = self.model.claimable()
        assert keys <= claimable
        kinds = {self.model.owed[int(key)].kind for key in keys}
        assert len(kinds) == (1 if claimable else 0)
        assert len(keys) == min(limit, sum(self.model.owed[int(key)].kind in kinds for key in claimable))
        assert held.fragile == {one.id for one in held.notices if self.model.owed[int(one.key)].fragile}
        self.model.claim(keys, held.token)
        return held if keys else multiple()

    @rule(held=taken, keyed=strategies.booleans())
    def mark(self, held: claims.Claim, keyed: bool) -> None:
        with self.database.write() as connection:
            ours = claims.mark(connection, held.token, [one.id for one in held.notices], keyed=keyed)
        assert {one.key for one in held.notices if one.id in ours} == self.model.mark(held.token, keyed=keyed)

    @rule(held=taken, receipt=strategies.sampled_from(RECEIPTS))
    def settle(self, held: claims.Claim, receipt: Receipt) -> None:
        with self.database.write() as connection:
            ours = settlement.settle(connection, held.token, [(one, receipt) for one in held.notices])
        assert ours == self.model.settle(held.token, receipt)

    @rule()
    def replay(self) -> None:
        owed = {one.key for one in self.model.owed if one.status == "quarantined"}
        with self.database.write() as connection:
            again = unsettled.replay(connection, None, actor="operator")
        self.model.replay()
        assert again == {key: self.model.owed[int(key)].status for key in owed}

    @rule(data=strategies.data(), sent=strategies.booleans())
    def settle_by_hand(self, data: strategies.DataObject, sent: bool) -> None:
        if self.model.owed:
            key = data.draw(strategies.sampled_from(self.model.owed)).key
            with self.database.write() as connection:
                status = unsettled.settle(connection, key, sent=sent, actor="operator")
            assert status == self.model.settle_by_hand(key, sent=sent)

    @rule()
    def later(self) -> None:
        pass_time(self.database, LATER_S)
        self.model.later()

    @rule()
    def lapse(self) -> None:
        with self.database.write() as connection:
            settlement.lapse(connection)
        self.model.lapse()

    @invariant()
    def every_notice_stands_where_the_model_says(self) -> None:
        assert standing(self.database) == {one.key: one.status for one in self.model.owed}

    @invariant()
    def owed_is_the_sum_of_where_things_stand(self) -> None:
        with self.database.read() as connection:
            account = outbox.account_of(connection)
        assert account == Counter(one.status for one in self.model.owed)
        assert sum(account.values()) == len(self.model.owed)

    @invariant()
    def of_a_thread_one_notice_at_most_is_in_hand(self) -> None:
        in_hand = Counter(one.thread for one in self.model.owed if one.status in {"claimed", "sending"})
        assert not in_hand or max(in_hand.values()) == 1


EXAMPLES = {"sqlite": 30, "postgresql": 20}


def test_any_history_of_the_outbox_is_the_models(emptied_database):
    chosen = settings(
        max_examples=EXAMPLES[emptied_database.dialect],
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Histories(emptied_database), settings=chosen)
