"""The words of nudges: what each letter says of an account, or nothing where it has nothing to say."""

from collections.abc import Callable, Mapping
from datetime import date

from health.languages import DEFAULT
from health.nudge_rules import (
    ACTIVATION,
    CHAMPIONS,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
    NudgeRules,
    Words,
)
from health.nudges import (
    FAILED,
    Due,
    Known,
    expired,
    outgrown,
    progress,
    ungiven,
    untrained,
    unused,
    welcomed,
)
from templates.letters import LetterContent
from templates.nudges import (
    ActivationLetter,
    ChampionLetter,
    ExpiredLetter,
    InviteLetter,
    MaterialLine,
    SpotlightLetter,
    StepLine,
    TrainingLetter,
    UnusedSeatsLetter,
    UpgradeLetter,
    WelcomeLetter,
)
from worker.letters import Envelope


def worded(rules: NudgeRules, each: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    """Return what a letter that is due says; nothing where it has nothing to say any more."""
    return _WORDS[each.letter](rules, each, known, envelope)


def _in_words(envelope: Envelope, *said: Words) -> Envelope:
    """Return an envelope in English where anything that a company says lacks the reader's language.

    Half a letter in one language and half in another would be understood by nobody.
    """
    language = envelope["language"].partition("-")[0]
    if all(language in words for words in said):
        return envelope
    return {**envelope, "language": DEFAULT, "language_from": "default"}


def _welcome(rules: NudgeRules, each: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    rule = rules.welcome
    bought = {found.subscription: found for found in welcomed(known, rules)}
    if rule is None or each.matter not in bought:
        return None
    way = progress(known, rules.finish_activation) if rules.finish_activation else None
    return WelcomeLetter(
        **envelope,
        product=bought[each.matter].product,
        seats=known.figure("seats") or None,
        steps=len(way.left) if way else 0,
        link=rule.link,
    )


def _activation(rules: NudgeRules, _due: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    rule = rules.finish_activation
    found = progress(known, rule) if rule else None
    if found is None:
        return None
    said = [words for step in found.left for words in (step.name, step.why, step.done_when)]
    left = tuple(
        StepLine(
            name=dict(step.name),
            why=dict(step.why),
            done_when=dict(step.done_when),
            minutes=step.minutes,
            link=step.link or None,
            failed=known.steps.get(step.step) == FAILED,
        )
        for step in found.left
    )
    return ActivationLetter(
        **_in_words(envelope, *said, *(step.name for step in found.done)),
        steps=len(found.done) + len(left),
        left=left,
        done=tuple(dict(step.name) for step in found.done),
        welcomed=known.welcomed,
    )


def _invite(rules: NudgeRules, _due: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    found = ungiven(known, rules.invite_team) if rules.invite_team else None
    return InviteLetter(**envelope, given=found[0], seats=found[1]) if found else None


def _unused(rules: NudgeRules, _due: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    found = unused(known, rules.unused_seats) if rules.unused_seats else None
    if found is None:
        return None
    facts = known.assessment.facts
    ends = facts.get("renewal_on")
    return UnusedSeatsLetter(
        **envelope,
        used=found[0],
        seats=found[1],
        active_wording=str(facts.get("active_wording") or ""),
        renewal_on=date.fromisoformat(ends) if isinstance(ends, str) else None,
    )


def _training(rules: NudgeRules, _due: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    rule = rules.training_invitation
    found = untrained(known, rule) if rule else None
    if rule is None or found is None:
        return None
    return TrainingLetter(
        **_in_words(envelope, rule.name),
        used=found[0],
        given=found[1],
        training=dict(rule.name),
        minutes=rule.minutes,
        link=rule.link,
    )


def _upgrade(rules: NudgeRules, _due: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    refused, tried = outgrown(known)
    if rules.upgrade_fits is None:
        return None
    return UpgradeLetter(**envelope, refused=refused, tried=tried, link=rules.upgrade_fits.link)


def _spotlight(rules: NudgeRules, each: Due, _known: Known, envelope: Envelope) -> LetterContent | None:
    rule = rules.feature_spotlight
    shown = next((one for one in rule.features if one.metric == each.matter), None) if rule else None
    if shown is None:
        return None
    return SpotlightLetter(
        **_in_words(envelope, shown.name, shown.why),
        feature=dict(shown.name),
        why=dict(shown.why),
        minutes=shown.minutes,
        link=shown.link,
    )


def _champions(rules: NudgeRules, _due: Due, _known: Known, envelope: Envelope) -> LetterContent | None:
    rule = rules.champion_material
    if rule is None:
        return None
    said = [words for each in rule.material for words in (each.name, each.about)]
    material = tuple(
        MaterialLine(name=dict(each.name), about=dict(each.about), link=each.link) for each in rule.material
    )
    return ChampionLetter(**_in_words(envelope, *said), material=material)


def _expired(rules: NudgeRules, each: Due, known: Known, envelope: Envelope) -> LetterContent | None:
    rule, on = rules.licence_expired, date.fromisoformat(each.matter)
    products = expired(known, rule).get(on, ()) if rule else ()
    if not products:
        return None
    named = tuple(sorted({product for product in products if product}))
    return ExpiredLetter(**envelope, expired_on=on, licences=len(products), products=named)


_WORDS: Mapping[str, Callable[[NudgeRules, Due, Known, Envelope], LetterContent | None]] = {
    WELCOME: _welcome,
    ACTIVATION: _activation,
    INVITE: _invite,
    UNUSED: _unused,
    TRAINING: _training,
    UPGRADE: _upgrade,
    SPOTLIGHT: _spotlight,
    CHAMPIONS: _champions,
    EXPIRED: _expired,
}
