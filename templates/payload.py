"""Every template by name, and the content that a notice's payload holds for it."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder

from templates.asked import AccountContent, Asked, OwnContent, ReplyContent
from templates.content import (
    AlertContent,
    Content,
    DigestContent,
    ExpansionContent,
    HelpdeskContent,
    MailsContent,
    NoteContent,
    OperatorContent,
    RecordContent,
    Unrenderable,
)
from templates.letters import (
    ApproachingLimitLetter,
    FailedPaymentLetter,
    Letter,
    RenewalLetter,
    SurveyLetter,
)
from templates.nudges import (
    ActivationLetter,
    ChampionLetter,
    ExpiredLetter,
    InviteLetter,
    Nudge,
    SpotlightLetter,
    TrainingLetter,
    UnusedSeatsLetter,
    UpgradeLetter,
    WelcomeLetter,
)
from templates.opportunity import OpportunityContent
from templates.week import WeekContent

Medium = Literal["slack", "home", "card", "mail", "task", "note", "record"]
Spoken = Content | Letter | Nudge | Asked | WeekContent | OpportunityContent
"""Whatever has words: what a notice says, and what is said to who asks."""
PAYLOAD_LIMIT = 1_048_576
"""Bytes of payload that are still read; a larger one is a mistake of its maker."""


class Template(NamedTuple):
    """Where a template's words go, what they are made of, and its file, where that has another name."""

    medium: Medium
    content: type[Spoken]
    file: str = ""


TEMPLATES: Mapping[str, Template] = {
    "alert": Template("slack", AlertContent),
    "recovered": Template("slack", AlertContent),
    "expansion": Template("slack", ExpansionContent),
    "digest": Template("slack", DigestContent),
    "week": Template("slack", WeekContent),
    "operator": Template("slack", OperatorContent),
    "mails": Template("slack", MailsContent),
    "account": Template("slack", AccountContent),
    "own": Template("slack", OwnContent),
    "home": Template("home", OwnContent),
    "reply": Template("slack", ReplyContent),
    "alert_card": Template("card", AlertContent, "alert"),
    "recovered_card": Template("card", AlertContent, "recovered"),
    "expansion_card": Template("card", ExpansionContent, "expansion"),
    "digest_card": Template("card", DigestContent, "digest"),
    "operator_card": Template("card", OperatorContent, "operator"),
    "alert_task": Template("task", AlertContent),
    "recovered_task": Template("task", AlertContent),
    "expansion_task": Template("task", ExpansionContent),
    "note": Template("note", NoteContent),
    "record": Template("record", RecordContent),
    "helpdesk": Template("record", HelpdeskContent),
    "opportunity": Template("record", OpportunityContent),
    "failed_payment": Template("mail", FailedPaymentLetter),
    "approaching_limit": Template("mail", ApproachingLimitLetter),
    "renewal": Template("mail", RenewalLetter),
    "survey_activation": Template("mail", SurveyLetter, "survey"),
    "survey_renewal": Template("mail", SurveyLetter, "survey"),
    "survey_nps": Template("mail", SurveyLetter, "survey"),
    "welcome": Template("mail", WelcomeLetter),
    "finish_activation": Template("mail", ActivationLetter),
    "invite_team": Template("mail", InviteLetter),
    "unused_seats": Template("mail", UnusedSeatsLetter),
    "training_invitation": Template("mail", TrainingLetter),
    "upgrade_fits": Template("mail", UpgradeLetter),
    "feature_spotlight": Template("mail", SpotlightLetter),
    "champion_material": Template("mail", ChampionLetter),
    "licence_expired": Template("mail", ExpiredLetter),
}
"""Every template by name: `Notice.template` is one of these, but for what is said to who asks."""

_VALUE = re.compile(r"Invalid enum value .*(?= - at )", re.DOTALL)
_DECODERS: Mapping[str, Decoder[Spoken]] = {
    name: Decoder(template.content) for name, template in TEMPLATES.items()
}


def decode(template: str, payload: bytes | str) -> Spoken:
    """The content that a payload holds for a template, checked. Raises `Unrenderable`."""
    if template not in TEMPLATES:
        raise Unrenderable("unknown_template", f"there is no template {template[:60]!r}")
    if len(payload) > PAYLOAD_LIMIT:
        raise Unrenderable("payload_too_large", f"over {PAYLOAD_LIMIT:,} bytes")
    try:
        return _DECODERS[template].decode(payload)
    except ValidationError as error:
        raise Unrenderable("payload_invalid", _VALUE.sub("Invalid value", str(error))) from None
    except (DecodeError, UnicodeError):
        raise Unrenderable("payload_unreadable", "not JSON text in UTF-8") from None
