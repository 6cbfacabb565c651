"""What can be done on the page of an account: answers to its alert, and a band by hand."""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import quote

from health.done import OUTCOMES
from store.verdicts import Verdict
from templates.views import Choice, Field, Form

REASON_LIMIT = 200


def answers(key: str) -> Iterator[Form]:
    """Yield what can be said to an open alert."""
    action = f"/accounts/{quote(key, safe='')}/answer"
    yield Form(title="Take it on", action=action, fields=(_hidden("acknowledge"),), submit="I take it on")
    lasts = (("1", "A day"), ("7", "A week"), ("30", "A month"))
    yield Form(
        title="Snooze",
        action=action,
        fields=(
            _hidden("snooze"),
            Field(name="days", label="For", kind="select", choices=_choices(lasts, "7")),
            _reason("Why?"),
        ),
        submit="Snooze",
        is_folded=True,
    )
    outcomes = tuple((each, each.replace("_", " ")) for each in OUTCOMES)
    yield Form(
        title="Done: what came of it",
        action=action,
        fields=(
            _hidden("done"),
            Field(name="detail", label="It ended with", kind="select", choices=_choices(outcomes, "")),
        ),
        submit="Done",
        is_folded=True,
    )
    yield Form(
        title="Not a risk",
        about="It closes for this term, and counts against the rules that opened it.",
        action=action,
        fields=(_hidden("dismiss"), _reason("Why?")),
        submit="It is no risk",
        is_folded=True,
    )


def _hidden(said: str) -> Field:
    return Field(name="said", kind="hidden", value=said)


def _reason(label: str) -> Field:
    return Field(name="detail", label=label, is_required=True, limit=REASON_LIMIT)


def _choices(known: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=label, is_chosen=value == chosen) for value, label in known)


_BANDS = (("at_risk", "at risk"), ("watch", "watch"), ("healthy", "healthy"))


def override(found: Verdict) -> Iterator[Form]:
    """Yield what sets a band by hand, or lets the computed one count again."""
    base, by_hand = f"/accounts/{quote(found.key, safe='')}/band", found.override
    if by_hand:
        yield Form(
            title="Let the computed band count again", action=f"{base}/clear", submit="Clear", is_folded=True
        )
    last = by_hand.until if by_hand else date.max
    yield Form(
        title="Set the band by hand",
        about="The computed score goes on beneath it. Say why: others read it beside the band.",
        action=base,
        fields=(
            Field(name="band", label="Band", kind="select", choices=_choices(_BANDS, found.shown.band)),
            Field(name="reason", label="Why?", is_required=True, limit=REASON_LIMIT),
            Field(
                name="until",
                label="Until",
                kind="date",
                value="" if last == date.max else str(last),
                is_required=True,
            ),
        ),
        submit="Set it",
        is_folded=True,
    )
