"""One example of each template's content; every name, company and address is invented."""

from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec.json import encode

from health.nouns import Why
from templates.asked import AccountContent, OwnContent, OwnRow, ReplyContent
from templates.content import (
    AccountLinks,
    AlertContent,
    BandCounts,
    Contact,
    Decided,
    DigestContent,
    DigestRow,
    ExpansionContent,
    FlagLine,
    HelpdeskContent,
    MailRow,
    MailsContent,
    NoteContent,
    OperatorContent,
    Play,
    RecordContent,
    Said,
    Trigger,
)
from templates.examples import ACTIVATION, LETTERS
from templates.opportunity import OpportunityContent
from templates.payload import Spoken
from templates.week import OwnerRow, WeekContent

PLAY = Play(
    title="Win back the quiet team",
    steps=("Call Dana Quill", "Ask what changed", "Book a training"),
    talking_points=("Half the team has not signed in since October.",),
)
LINKS = AccountLinks(account="https://seatsignal.example/accounts/7?a=1&b=_2_", crm="https://crm.example/7")
ALERT = AlertContent(
    account_key="ACC-7",
    account_name="Harbour & Pine",
    owner_name="Robin Vale",
    owner="U01ROBIN",
    kind="risk",
    severity="normal",
    why=Why.WORSENED,
    band="at_risk",
    score=41.27,
    previous_score=53.0,
    delta=-11.73,
    reasons=("weekly active users: 18", "idle for 9 days"),
    changes=("\N{MINUS SIGN}12: weekly active users 41 → 18", "+0.27: 2 smaller changes"),
    flags=(
        FlagLine(kind="usage_drop", evidence="Use is 44 % of what is usual", why=Why.WORSENED),
        FlagLine(kind="cancel", evidence="Cancels at the end of the term", why=Why.FIRST, severity="high"),
    ),
    what_would_change="to watch: 12 more active users: utilisation 38 → 61 %",
    term="2026-03-01",
    renewal_on=date(2027, 3, 1),
    anchor_on=date(2027, 2, 1),
    days_to_anchor=12,
    window=30,
    weeks=(None, 40.0, 41.5, 41.0, 18.0, 0.0),
    weeks_of="active_users",
    utilisation_pct=38.4,
    active_definition="signed in within 30 days",
    seats=120,
    active_users=46,
    mrr_minor=350_000,
    currency="EUR",
    revenue_at_risk_minor=4_200_000,
    contacts=(Contact(name="Dana Quill", role="admin"), Contact(role="champion")),
    play=PLAY,
    links=LINKS,
)
EXPANSION = ExpansionContent(
    account_key="ACC-9",
    account_name="Mill Lane Press",
    triggers=(
        Trigger(group="capacity", evidence="92 of 100 seats in use"),
        Trigger(group="interest", evidence="5 tries of single sign-on this month"),
    ),
    product="Team",
    suggested_seats=20,
    days_until_full=23,
    uplift_minor=40_000,
    currency="USD",
    seats=100,
    active_users=92,
    utilisation_pct=92.0,
    play=PLAY,
    links=LINKS,
)
DIGEST = DigestContent(
    date=date(2027, 1, 20),
    counts=BandCounts(at_risk=2, watch=4, healthy=1_200, unknown=1),
    rows=(
        DigestRow(
            account_key="ACC-7",
            account_name="Harbour & Pine",
            band="at_risk",
            score=41.0,
            reasons=("Use fell", "Idle for 9 days", "A third reason"),
            anchor_on=date(2027, 2, 1),
            days_to_anchor=12,
            revenue_at_risk_minor=4_200_000,
            currency="EUR",
            link="https://seatsignal.example/accounts/7",
        ),
        DigestRow(account_key="ACC-8", account_name="Quiet Co", band="unknown"),
    ),
    more=3,
    owner_name="Robin Vale",
    revenue_at_risk_minor=5_000_000,
    currency="EUR",
    link="https://seatsignal.example/accounts",
)
OPERATOR = OperatorContent(
    title="Usage data is late",
    what_happened="The last complete day is January 17; account alerts that rest on it wait.",
    what_to_do=("Look at the source's key", "Run seatsignal pull"),
    severity="high",
    link="https://seatsignal.example/sources",
)
MAILS = MailsContent(
    date=date(2026, 6, 1),
    waiting=3,
    rows=(
        MailRow(
            number=7,
            account_key="ACC-7",
            account_name="Harbour & Pine",
            letter="renewal",
            mode="draft",
            until=date(2026, 6, 8),
        ),
        MailRow(
            number=9,
            account_key="ACC-9",
            account_name="Salt & Slate",
            letter="failed payment",
            mode="approval",
            until=date(2026, 6, 8),
        ),
    ),
    more=1,
    answerable=True,
    decided=Decided(
        decision="rejected",
        by="U01ROBIN",
        account_name="Harbour & Pine",
        letter="failed payment",
        reason="They paid by cheque",
    ),
)
WELCOME = msgspec.structs.replace(ACTIVATION, steps=2, done=())
RECORD = RecordContent(
    account_key="ACC-9",
    band="healthy",
    health=88,
    priority=120,
    reasons=("\N{MINUS SIGN}3: open tickets: 1, urgent: 0",),
    utilisation_pct=92.0,
    days_until_full=23,
    expansion=True,
    expansion_evidence=("92 of 100 seats in use", "5 tries of single sign-on this month"),
    suggested_seats=20,
    uplift_minor=40_000,
    currency="EUR",
    renewal_on=date(2027, 3, 1),
)
HELPDESK = HelpdeskContent(
    account_key="ACC-7",
    band="at_risk",
    health=41,
    reasons=("weekly active users: 18", "idle for 9 days"),
    revenue_band="10k_50k",
    renewal_on=date(2027, 3, 1),
)
OPPORTUNITY = OpportunityContent(
    key="expansion/ACC-9/sub_9@2026-03-01",
    matter="expansion",
    name="Harbour & Pine: room to grow",
    close_on=date(2027, 1, 20),
    amount_minor=480_000,
    currency="EUR",
    evidence=("92 of 100 seats in use", "5 tries of single sign-on this month"),
)
NOTE = NoteContent(
    account_name="Harbour & Pine",
    organization="9000000007",
    evidence=("Use is 44 % of what is usual", "Cancels at the end of the term"),
    score=41.27,
    revenue="10,000 to 50,000 EUR",
    renewal_on=date(2027, 3, 1),
    owner_name="Robin Vale",
)
ACCOUNT = AccountContent(
    account_key="ACC-7",
    account_name="Harbour & Pine",
    as_of=date(2027, 1, 20),
    band="at_risk",
    score=41.27,
    delta=-11.73,
    reasons=("weekly active users: 18", "idle for 9 days"),
    flags=(FlagLine(kind="usage_drop", evidence="Use is 44 % of what is usual", why=Why.WORSENED),),
    growth=("9 of 10 seats are in use",),
    state="acknowledged",
    said=Said(kind="acknowledge", by="U02NOOR", on=date(2027, 1, 18)),
    owner="U01ROBIN",
    owner_name="Robin Vale",
    seats=58,
    active_users=18,
    utilisation_pct=31.0,
    active_definition="signed in within 30 days",
    mrr_minor=240_000,
    currency="EUR",
    renewal_on=date(2027, 3, 1),
    anchor_on=date(2027, 2, 1),
    days_to_anchor=12,
    revenue_at_risk_minor=2_880_000,
    weeks=(None, 41.0, 18.0),
    weeks_of="active_users",
)
OWN = OwnContent(
    date=date(2027, 1, 20),
    counts=BandCounts(at_risk=1, healthy=1),
    open=1,
    rows=(
        OwnRow(
            account_key="ACC-7",
            account_name="Harbour & Pine",
            band="at_risk",
            score=41.27,
            state="snoozed",
            until=date(2027, 1, 27),
            renewal_on=date(2027, 3, 1),
            anchor_on=date(2027, 2, 1),
            revenue_at_risk_minor=2_880_000,
            currency="EUR",
        ),
        OwnRow(account_key="ACC-8", account_name="Mill Lane", band="healthy", score=88.0, grows=True),
    ),
    more=3,
)
REPLY = ReplyContent(
    kind="unknown",
    asked="Harbor",
    rows=(DigestRow(account_key="ACC-7", account_name="Harbour & Pine", band="at_risk", score=41.27),),
)
WEEK = WeekContent(
    first=date(2027, 1, 12),
    last=date(2027, 1, 18),
    counts=BandCounts(at_risk=3, watch=12, healthy=185),
    before=BandCounts(at_risk=5, watch=11, healthy=184),
    owners=(
        OwnerRow(owner="U01ROBIN", told=4, taken=2, open=2),
        OwnerRow(owner="#customer-success", told=1, taken=0, open=1),
    ),
    overdue=(DigestRow(account_key="ACC-7", account_name="Harbour & Pine", band="at_risk", score=41.27),),
    revenue_at_risk_minor=2_880_000,
    currency="EUR",
)
EXAMPLES: Mapping[str, Spoken] = {
    "alert": ALERT,
    "recovered": ALERT,
    "expansion": EXPANSION,
    "alert_card": ALERT,
    "recovered_card": ALERT,
    "expansion_card": EXPANSION,
    "digest_card": DIGEST,
    "operator_card": OPERATOR,
    "alert_task": ALERT,
    "recovered_task": ALERT,
    "expansion_task": EXPANSION,
    "record": RECORD,
    "helpdesk": HELPDESK,
    "opportunity": OPPORTUNITY,
    "note": NOTE,
    "digest": DIGEST,
    "week": WEEK,
    "operator": OPERATOR,
    "mails": MAILS,
    "account": ACCOUNT,
    "own": OWN,
    "home": OWN,
    "reply": REPLY,
    **LETTERS,
}


def payload(content: Spoken) -> str:
    """A content as a notice carries it."""
    return encode(content).decode()
