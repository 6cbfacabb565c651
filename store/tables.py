"""Every table, once, for SQLite and PostgreSQL. Instants are milliseconds since 1970 UTC (``…_ms``).

Fact tables follow `health.records.FACTS`: each has its current rows (with the batch that wrote them)
and a ``…_past`` table to which a changed or deleted version moves, known in [batch, until_batch).
"""

from datetime import date
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from health.records import FACTS, Shape

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the key is called INTEGER."""


def _table(name: str, *parts: Any) -> Table:  # noqa: ANN401 - columns, indexes and constraints alike
    return Table(name, metadata, *parts)


def _text(name: str, *, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=default is None, server_default=default)


def _number(name: str, default: int | None = 0) -> Column[int]:
    nullable = default is None
    return Column(name, BigInteger, nullable=nullable, server_default=None if nullable else str(default))


def _only(condition: str) -> dict[str, Any]:
    """Limit an index to some rows, on either database."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


# What the installation is: its mode, its own business day, its secret.
installation = _table("installation", Column("name", Text, primary_key=True), _text("value"))

credentials = _table(
    "credentials",  # that vendors give us while we run, encrypted (`store.vault`)
    Column("name", Text, primary_key=True),
    _text("sealed"),
    _number("changed_ms"),
)

# -- where facts come from ---------------------------------------------------------------------------

source_status = _table(
    "source_status",
    Column("source", Text, primary_key=True),
    _text("cursor", default=None),
    _number("batch"),
    _text("kinds"),  # what the source states, as a JSON list of fact kinds
    Column("complete_through", Date),
    Column("reaching", Date),  # the last day seen since; complete once the pull has ended
    _number("pulled_ms", None),
    _number("failed_ms", None),
    _text("failure"),
    _text("paused"),  # why a person must act first
)

batches = _table(
    "batches",
    Column("source", Text, ForeignKey("source_status.source"), nullable=False),
    Column("batch", BigInteger, nullable=False),
    _number("pulled_ms"),
    Column("complete_through", Date),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    _number("rows"),
    _number("rejects"),  # rows of the source that could not be read
    _number("repeats"),  # rows with the id of a later one on the same page
    PrimaryKeyConstraint("source", "batch"),
)

accounts = _table(
    "accounts",
    Column("id", Key, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("name"),
    _number("touched", 1),  # counts changes of facts
    _number("fresh"),  # the count its feature row was built from; 0 as long as there is none
    Column("reshaped", Boolean, nullable=False, server_default=text("true")),  # since then: more than days
    Column("restated_from", Date),  # and the first day of use that changed since
    _number("judged"),  # the count its last assessment saw
    _number("judged_run", None),  # and the run that made it
    _number("reshaped_after", None),  # the last run that saw other facts than these, but for days of use
    _text("band"),  # the last one that was known; empty before the first, and before there was this column
    _text("held"),  # why its last verdict alerted nobody: gate/source, where a source looks ill
    Index("ix_accounts_held", "held", **_only("held <> ''")),
    Index("ix_accounts_touched", "id", **_only("touched > judged")),
)

features = _table(
    "features",  # apart from the accounts, which every run writes to: SQLite writes the whole of a row
    Column("account", Key, ForeignKey("accounts.id"), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

source_accounts = _table(
    "source_accounts",
    Column("id", Key, primary_key=True),
    Column("source", Text, ForeignKey("source_status.source"), nullable=False),
    Column("external_id", Text, nullable=False),
    UniqueConstraint("source", "external_id"),
)

links = _table(
    "links",
    Column("source_account", Key, ForeignKey("source_accounts.id"), nullable=False),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("rule"),
    _text("evidence"),
    Column("from_batch", BigInteger, nullable=False),
    Column("to_batch", BigInteger),
    PrimaryKeyConstraint("source_account", "from_batch"),
    Index("ix_links_open", "source_account", unique=True, **_only("to_batch IS NULL")),
)

incidents = _table(
    "incidents",  # what is wrong with a source, from when it was seen until it is over
    Column("id", Key, primary_key=True),
    _text("kind"),
    _text("source"),
    Column("began", Date, nullable=False),
    _number("accounts"),  # the most whose alerts waited
    _text("detail"),
    _number("opened_ms"),
    _number("closed_ms", None),
    Index("ix_incidents_open", "kind", "source", unique=True, **_only("closed_ms IS NULL")),
)

inbox = _table(
    "inbox",
    Column("id", Key, primary_key=True),
    Column("source", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _number("received_ms"),
    Column("batch", BigInteger),
    UniqueConstraint("source", "event"),
)

# -- use that is told event by event -------------------------------------------------------------------

messages = _table(
    "messages",  # events that were counted: each counts once, however often it is told
    Column("source", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("day", Date, nullable=False),
    PrimaryKeyConstraint("source", "message"),
    Index(None, "day"),
)

told_days = _table(
    "told_days",  # what was told of an account's day; a fact of use once the day is over
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    _text("acts", default="{}"),  # JSON: as of people, under tokens
    _text("totals", default="{}"),  # JSON: by metric
    PrimaryKeyConstraint("source", "external_id", "day"),
    Index(None, "source", "day"),
    Index(None, "day"),
)

told_accounts = _table(
    "told_accounts",
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("since", Date),  # the first day to be stored as a fact; none if nothing was told lately
    _text("described", default="{}"),  # JSON: its fields, with the instant each was told at
    PrimaryKeyConstraint("source", "external_id"),
    Index(None, "source", "since"),
)

told_users = _table(
    "told_users",  # the account that each user belongs to
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    _text("external_id"),
    _number("at_ms"),
    PrimaryKeyConstraint("source", "subject"),
)

subjects = _table(
    "subjects",  # the one table with people's names and addresses
    Column("token", Text, primary_key=True),
    _text("email"),
    _text("name"),
    Column("archive_key", LargeBinary),
    _number("erased_ms", None),
)

consents = _table(
    "consents",
    Column("subject", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    _number("changed_ms"),
    PrimaryKeyConstraint("subject", "topic"),
)

returns = _table(
    "returns",  # what senders of letters told of an address: each event once, and the address as its token
    Column("sender", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _number("at_ms"),
    _number("lifted_ms", None),  # since then a person says that it counts no more
    PrimaryKeyConstraint("sender", "event"),
    Index("ix_returns_subject", "subject"),
)

# -- facts -------------------------------------------------------------------------------------------

_TYPES: dict[object, type[TypeEngine[Any]]] = {
    str: Text,
    int: BigInteger,
    float: Float,
    bool: Boolean,
    date: Date,
}


@cache
def field_type(shape: Shape, field: str) -> type:
    """Return the plain type of a record's field, without its ``| None``."""
    hint = get_type_hints(shape.record)[field]
    kinds: list[type] = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    return kinds[0]


PERSONAL = {"contacts": ("email", "name"), "seats": ("email",)}
"""Fields that name a person: stored as ``subject``, a token, with the person in `subjects`."""


def owner_columns(shape: Shape) -> tuple[str, ...]:
    """Return the columns that say whose a fact is.

    A record with an id of its own (a ticket, an invoice) is unique within its source and may move from
    one account to another; the rest are unique within their account. Rates belong to no account.
    """
    if "account_id" not in shape.fields:
        return ("source",)
    return ("source_account",) if "account_id" in shape.key else ("source", "source_account")


def stored_fields(shape: Shape) -> tuple[str, ...]:
    """Return the columns of a shape's fact table after `owner_columns`, in the record's order."""
    personal = PERSONAL.get(shape.name, ())
    kept = (name for name in shape.fields if name != "account_id" and name not in personal[1:])
    return tuple("subject" if name in personal else name for name in kept)


def stored_key(shape: Shape) -> tuple[str, ...]:
    """Return the primary key of a shape's fact table."""
    personal = PERSONAL.get(shape.name, ())
    own = ("subject" if name in personal else name for name in shape.key if name != "account_id")
    return (owner_columns(shape)[0], *own)


def _fact_columns(shape: Shape) -> list[Column[Any]]:
    columns: list[Column[Any]] = [
        Column(name, Key if name == "source_account" else Text, nullable=False)
        for name in owner_columns(shape)
    ]
    for name in stored_fields(shape):
        kind = Text if name == "subject" else _TYPES[field_type(shape, name)]
        columns.append(Column(name, kind, nullable=name not in stored_key(shape)))
    return columns


_LOOKED_UP = {
    "accounts": ("domain",),
    "contacts": ("subject",),
    "identifiers": ("kind", "value"),
    "people": ("day",),
}
"""Columns by which facts are found, beside their keys: accounts by a name or a person, days by their age."""


def _fact(shape: Shape) -> Table:
    by_account = [Index(None, "source_account")] if len(owner_columns(shape)) > 1 else []
    if shape.name in _LOOKED_UP:
        by_account.append(Index(None, *_LOOKED_UP[shape.name]))
    return _table(
        f"fact_{shape.name}",
        *_fact_columns(shape),
        Column("batch", BigInteger, nullable=False),
        PrimaryKeyConstraint(*stored_key(shape)),
        *by_account,
    )


def _past(shape: Shape) -> Table:
    return _table(
        f"fact_{shape.name}_past",
        *_fact_columns(shape),
        Column("batch", BigInteger, nullable=False),
        Column("until_batch", BigInteger, nullable=False),
        Index(None, owner_columns(shape)[-1], "until_batch"),
    )


facts: dict[str, Table] = {shape.name: _fact(shape) for shape in FACTS.values()}
past: dict[str, Table] = {shape.name: _past(shape) for shape in FACTS.values()}

# -- verdicts ----------------------------------------------------------------------------------------

runs = _table(
    "runs",
    Column("id", Key, primary_key=True),
    _text("kind"),  # full or touched
    Column("as_of", Date, nullable=False),
    Column("first", Boolean, nullable=False, server_default=text("false")),
    Column("live", Boolean, nullable=False, server_default=text("false")),
    _text("status", default="open"),  # open, released, held, discarded, dry
    _text("held_reason"),
    _text("policy_hash"),
    _text("engine_version"),
    _text("inputs", default="[]"),  # JSON: the names of its inputs as packed
    _text("traits", default="[]"),  # JSON: the names of its texts as packed
    _text("demoted", default="[]"),  # JSON: the rules that are told in a digest only
    _text("known"),  # JSON: source → batch, as it was opened; its chunks may know more
    _text("pulse"),
    _number("chunks_left"),
    _number("planned", None),  # notices; unknown of a run before this was counted
    _number("assessed"),
    _number("worsened"),
    _number("opened_ms"),
    _number("released_ms", None),
    _number("thinned"),  # 1: not the last of its week, 2: too old; only what something rests on is left
)

policies = _table(
    "policies",  # every one that a verdict rests on: it can be recomputed when the file has changed
    Column("hash", Text, primary_key=True),
    _text("data"),  # JSON: the whole of it
)

chunks = _table(
    "chunks",
    Column("run", Key, ForeignKey("runs.id"), nullable=False),
    Column("first_account", Key, nullable=False),
    Column("last_account", Key, nullable=False),
    _number("rung_ms"),
    _number("done_ms", None),
    _text("known"),  # JSON: source → batch, as its accounts were held to be judged
    PrimaryKeyConstraint("run", "first_account"),
)

assessments = _table(
    "assessments",  # policy, engine and what was known stand with the run
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("run", Key, ForeignKey("runs.id"), nullable=False),
    _number("points"),
    _number("low"),
    _number("high"),
    Column("coverage", Float, nullable=False),
    _text("band"),
    _text("term"),
    Column("verdict", LargeBinary, nullable=False),  # packed: contributions, inputs, signals, facts
    PrimaryKeyConstraint("account", "as_of", "run"),
    Index("ix_assessments_run", "run"),
)

rescored = _table(
    "rescored",  # what a verdict would have been with facts that came late; the verdict itself stays
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("run", Key, ForeignKey("runs.id"), nullable=False),  # that made the verdict
    Column("by_run", Key, ForeignKey("runs.id"), nullable=False),  # that judged its day again
    _number("points"),
    _number("low"),
    _number("high"),
    Column("coverage", Float, nullable=False),
    _text("band"),
    _text("term"),
    Column("verdict", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account", "run", "by_run"),
)

late = _table(
    "late",  # facts that came after a day they speak of was judged, until the day is judged again
    Column("account", Key, ForeignKey("accounts.id"), primary_key=True),
    Column("since", Date, nullable=False),  # the first day they speak of
)

flags = _table(
    "flags",
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("term", Text, nullable=False),
    _text("state"),
    _text("why"),
    _text("severity"),
    _text("evidence"),
    _text("gate"),
    Column("since", Date),
    Column("opened", Date),  # the day it first fired
    _number("run"),
    Column("until", Date),  # when a snooze is over
    PrimaryKeyConstraint("account", "kind", "reason", "term"),
)

answers = _table(
    "answers",  # what people said to alerts; a row is never changed
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("matter"),  # room to grow, or all that may cost the account
    _text("kind"),
    _text("actor"),
    Column("given_on", Date, nullable=False),
    Column("until", Date),
    _text("detail"),
    _number("given_ms"),
    Column("call", Text, unique=True),  # of the desk at which it was given
)

dismissals = _table(
    "dismissals",  # flags of which somebody said that they are no risk
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("rule"),  # the flag's reason
    _text("term"),
    _text("reason"),
    _text("actor"),
    _number("given_ms"),
)

overrides = _table(
    "overrides",  # bands set by hand
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    _text("band"),
    _text("reason"),
    Column("until", Date, nullable=False),
    _text("actor"),
    _number("set_ms"),
    _number("cleared_ms", None),
    Index("ix_overrides_standing", "account", unique=True, **_only("cleared_ms IS NULL")),
)

contact_stops = _table(
    "contact_stops",  # accounts to which nobody sends a nudge, as a person said
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    _text("reason"),
    Column("until", Date),  # the last day; until somebody resumes it without one
    _text("actor"),
    _number("set_ms"),
    _number("lifted_ms", None),
    Index("ix_contact_stops_standing", "account", unique=True, **_only("lifted_ms IS NULL")),
)

colleagues = _table(
    "colleagues",  # as Slack knows them by their address
    Column("address", Text, primary_key=True),  # in small letters
    _text("slack"),  # the id that was found last; empty if none ever was
    Column("missing", Boolean, nullable=False, server_default=text("false")),  # nobody active has the address
    _number("asked_ms"),
    Column(
        "told", Boolean, nullable=False, server_default=text("false")
    ),  # operators know that it is missing
)

letter_starts = _table(
    "letter_starts",  # since when a kind of nudge is sent, and until which day it was
    Column("letter", Text, primary_key=True),
    Column("since", Date, nullable=False),
    Column("last_on", Date, nullable=False),
)

play_outcomes = _table(
    "play_outcomes",  # what came of plays, as somebody said on Done; a row is never changed
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("signal"),
    _text("term"),
    _text("play"),  # its title then: plays are edited
    _text("outcome"),
    _text("note"),
    _text("actor"),
    Column("told_on", Date),  # when the alert was told last
    Column("done_on", Date, nullable=False, index=True),
    _number("done_ms"),
)

# -- what people look at -------------------------------------------------------------------------------

book = _table(
    "book",  # of every account what lists are sorted and searched by, as its last verdict says it
    Column("account", Key, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("as_of", Date, nullable=False),
    _text("csm_email"),  # in small letters
    _text("sales_email"),
    _text("band"),
    _text("band_before"),  # of the last verdict on a day before; empty without one
    _number("points"),
    _number("moved"),  # hundredths since then
    _number("priority"),  # in our currency
    _number("mrr_minor", None),
    _number("at_risk_minor", None),
    _text("currency"),
    Column("anchor_on", Date),
    _number("utilisation_pct", None),
    Column("grows", Boolean, nullable=False, server_default=text("false")),  # an expansion may be offered
    _text("plan"),
    _text("customer_type"),
    _text("main_reason"),  # the line of the score that takes most off
    Index("ix_book_priority", "priority", "account"),
    Index("ix_book_csm_email", "csm_email", "priority", "account"),
    Index("ix_book_anchor_on", "anchor_on", "account"),
    Index("ix_book_band", "band", "priority", "account"),
    Index("ix_book_grows", "priority", "account", **_only("grows")),
)

users = _table(
    "users",  # colleagues who sign in here
    Column("id", Key, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # in small letters
    _text("role"),
    Column("own_only", Boolean, nullable=False, server_default=text("false")),  # sees their accounts alone
    _text("password"),  # its hash; empty where another system vouches for them
    _text("zone", default="UTC"),
    _text("language", default="en"),  # of money, figures and days
    _number("made_ms"),
    _number("disabled_ms", None),
    _number("failures"),  # as versions before counted wrong passwords: now `attempts` has them
    _number("failed_ms", None),
)

attempts = _table(
    "attempts",  # to sign in, in vain
    Column("name", Text, primary_key=True),  # of what: a MAC of an address, where from, or all of it
    _number("in_a_row"),
    _number("in_window"),
    _number("window"),  # which one, since 1970
    _number("at_ms"),  # the last
)

sessions = _table(
    "sessions",
    Column("id", Key, primary_key=True),
    Column("token", Text, nullable=False, unique=True),  # its hash
    Column("whose", Key, ForeignKey("users.id"), nullable=False, index=True),
    _text("agent"),  # the browser, as it calls itself
    _number("made_ms"),
    _number("seen_ms"),
    _number("ends_ms"),
)

tokens = _table(
    "tokens",  # by which programs ask the analytics API
    Column("id", Key, primary_key=True),
    Column("token", Text, nullable=False, unique=True),  # its hash
    _text("name"),
    _text("scopes"),  # with spaces between
    _text("actor"),  # who made it
    _number("made_ms"),
    _number("ends_ms"),
    _number("seen_ms", None),
    _number("revoked_ms", None),
    _number("minute"),  # minutes since 1970, and the calls in it
    _number("calls"),
)

views = _table(
    "views",  # lists as colleagues looked at them, under a name
    Column("id", Key, primary_key=True),
    Column("whose", Key, ForeignKey("users.id"), nullable=False),
    _text("list"),
    _text("name"),
    _text("query"),  # of its address
    Column("shared", Boolean, nullable=False, server_default=text("false")),  # seen by all
    _number("made_ms"),
    UniqueConstraint("whose", "list", "name"),
    Index("ix_views_list", "list"),
)

notes = _table(
    "notes",  # what colleagues say to each other about an account
    Column("id", Key, primary_key=True),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    _text("actor"),
    _text("words"),
    _number("made_ms"),
    Index("ix_notes_account", "account", "id"),
)

# -- what is tried -----------------------------------------------------------------------------------

experiments = _table(
    "experiments",  # as they were planned when they started, and what they told
    Column("name", Text, primary_key=True),
    _text("letter"),
    _text("hash"),
    _text("planned"),  # JSON: the whole of it
    _text("actor"),
    Column("started_on", Date, nullable=False),
    Column("stopped_on", Date),
    _text("stop_reason"),
    Column("read_on", Date),
    _text("reading"),  # JSON: what it told, once
    Index("ix_experiments_running", "letter", unique=True, **_only("stopped_on IS NULL")),
)

arms = _table(
    "arms",  # of accounts in experiments; a row is never changed
    Column("experiment", Text, ForeignKey("experiments.name"), nullable=False),
    Column("account", Key, ForeignKey("accounts.id"), nullable=False),
    _text("arm"),
    _text("stratum"),
    Column("drawn_on", Date, nullable=False),
    _number("run", None),
    PrimaryKeyConstraint("experiment", "account"),
)

# -- what is owed ------------------------------------------------------------------------------------

bodies = _table(
    "bodies",
    Column("hash", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

_LEASED = _only("status IN ('claimed', 'sending')")

notices = _table(
    "notices",
    Column("id", Key, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("destination"),
    _text("kind"),  # message or state
    _text("thread"),
    Column("account", Key, ForeignKey("accounts.id")),
    Column("run", Key, ForeignKey("runs.id")),
    _text("template"),
    _text("owner"),
    _text("payload"),
    Column("body", Text, ForeignKey("bodies.hash")),
    _text("status", default="planned"),
    _text("reason"),
    _number("attempt"),
    _number("strikes"),  # times its sender died or broke while sending it
    Column("keyed", Boolean, nullable=False, server_default=text("false")),  # may be sent again
    Column("claim", Text),
    _number("lease_ms", None),
    _number("due_ms"),
    _number("planned_ms"),
    _number("rank_ms"),  # since when it counts as owed: as planned, less its head start
    _number("settled_ms", None),
    Index("ix_notices_thread", "thread", "id", **_only("status IN ('planned', 'due', 'claimed', 'sending')")),
    Index("ix_notices_due", "destination", "due_ms", "id", **_only("status = 'due'")),
    Index("ix_notices_rank", "destination", "rank_ms", "id", "due_ms", **_only("status = 'due'")),
    Index("ix_notices_leased", "lease_ms", **_LEASED),
    Index("ix_notices_tried", "thread", **_only("kind = 'state' AND attempt > 0 AND status <> 'sent'")),
    Index("ix_notices_run", "run"),  # the next begins as it does: this one goes with code from before 0032
    Index("ix_notices_run_status", "run", "status"),
    Index("ix_notices_told", "account", "id", **_only("kind = 'message'")),
    Index("ix_notices_said", "thread", "id", **_only("kind = 'message'")),
    Index("ix_notices_owner", "owner", "settled_ms", **_only("kind = 'message'")),
    Index("ix_notices_kept", "owner", "settled_ms", **_only("reason = 'over_budget'")),
    Index("ix_notices_held", "id", **_only("status = 'held'")),
    Index("ix_notices_unsettled", "status", "id", **_only("status IN ('unknown', 'quarantined')")),
)

approvals = _table(
    "approvals",  # letters that were held for a person, and what became of that
    Column("notice", Key, ForeignKey("notices.id"), primary_key=True),
    _text("mode"),  # approval or draft
    _text("rule"),  # of modes.yaml; empty where none holds
    _text("body"),  # hash of the words that are approved: no others are sent
    _number("held_ms"),
    _number("expires_ms"),  # until when a person may decide
    _number("leaves_by_ms", None),  # when it would be too late for it, whoever approves
    _text("thread"),  # in which its owner was told of it; empty until then
    _number("warned_ms", None),  # when operators were told that it will expire
    _text("decision"),  # approved, rejected, mailed or expired; empty while it is held
    _text("actor"),
    _text("reason"),
    _number("decided_ms", None),
    Index("ix_approvals_open", "expires_ms", **_only("decision = ''")),
)

threads = _table(
    "threads",
    Column("thread", Text, primary_key=True),
    Column(
        "remote", Text, nullable=False, server_default="", index=True
    ),  # the id of its first message there
)

written = _table(
    "written",  # what each thread of states last said, so that the same is not written again
    Column("thread", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    _number("notice", None),  # that said it; unknown before this was kept
)

edits = _table(
    "edits",  # fields of ours that people changed: left as they are until given back
    Column("thread", Text, nullable=False),
    Column("field", Text, nullable=False),
    _text("destination"),
    Column("account", Key, ForeignKey("accounts.id")),
    _text("ours"),
    _text("theirs"),
    _number("since_ms"),
    _number("taken_ms", None),  # when a person gave it back; written by the next state
    PrimaryKeyConstraint("thread", "field"),
)

receipts = _table(
    "receipts",
    Column("id", Key, primary_key=True),
    Column("notice", Key, ForeignKey("notices.id"), nullable=False, index=True),
    _number("attempt"),
    _text("outcome"),
    _text("reason"),
    _text("remote"),
    _number("at_ms"),
)

job_slots = _table(
    "job_slots",
    Column("job", Text, nullable=False),
    Column("slot", BigInteger, nullable=False),
    _number("rung_ms"),
    _number("done_ms", None),
    PrimaryKeyConstraint("job", "slot"),
)

budgets = _table(
    "budgets",  # calls taken of a vendor's current minute
    Column("vendor", Text, primary_key=True),
    _number("minute"),  # minutes since 1970
    _number("taken"),
    _number("allowed"),  # calls a minute, as whoever took them knows it
)

processes = _table(
    "processes",  # what runs, as it says itself every few seconds
    Column("id", Text, primary_key=True),
    _text("role"),  # worker or beat
    _text("queues"),  # that it works on, with commas between
    _text("host"),
    _number("pid"),
    _text("wrong"),  # why it ends itself
    _number("started_ms"),
    _number("seen_ms"),
)

audit = _table(
    "audit",
    Column("id", Key, primary_key=True),
    _number("at_ms"),
    _text("actor"),
    _text("action"),
    _text("about"),
    _text("detail"),
    Index("ix_audit_about", "about", "id"),
)

figures = _table(
    "figures",  # of the book, as they were last told: to tell one takes a look at every account
    Column("name", Text, primary_key=True),
    Column("split", Text, primary_key=True),  # by what it is split, or which period it is of
    Column("as_of", Date, nullable=False),
    _number("told_ms"),
    _text("state"),  # of the facts and the policy that they were told by
    _text("body"),
)
