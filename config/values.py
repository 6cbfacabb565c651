"""The policy's data as `health` takes it: plain values, with shares in place of percentages."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from config.compiler import Compiled
from config.grounds import drivers, grounds
from config.profiles import Resolved, lives, resolved
from config.schema import AlertsData, AskData, BrakeData, LedgerData, PolicyData
from config.scoring import FITTED
from health.brake import Limits
from health.intent import Phrases, Sayings, Smaller, Words
from health.model import Model
from health.peers import ACTIONS, USERS
from health.policy import (
    Active,
    AlertRules,
    Bands,
    Cap,
    ExpansionRules,
    LedgerRules,
    Policy,
    Profile,
    RenewalRules,
    SignalRule,
    SurveyRules,
    Weight,
    Windows,
)
from health.surveys import SCALES
from health.use import CONSUMPTION, MISMATCHES, VALIDATIONS

HUNDREDTHS = 100
_HASH_LENGTH = 16
_COUNTED = (
    *("rate_limit_hits", "locked_feature_attempts", CONSUMPTION, VALIDATIONS),
    *(*MISMATCHES, USERS, ACTIONS),
)


def policy(data: PolicyData, compiled: Compiled, model: Model | None) -> Policy:
    """Return the values, with a hash of all that was said and the compiled rules."""
    preset = data.expansion.presets[data.expansion.preset]
    written = _json(data)
    return Policy(
        hash=hashlib.sha256(written.encode()).hexdigest()[:_HASH_LENGTH],
        rules=compiled.rules,
        source=compiled.source,
        bands=bands(data),
        profiles={each.name: _profile(data, each, model) for each in resolved(data)},
        signals=_signals(data),
        expansion=ExpansionRules(preset.groups_min, data.expansion.fill_pct, data.expansion.ahead_days),
        renewals=_renewals(data),
        alerts=_alerts(data.alerts),
        ledger=_ledger(data.ledger),
        brake=_brake(data.brake),
        family_material=data.families.material_pct / 100,
        active=tuple(Active(name, **active.model_dump()) for name, active in data.active.items()),
        use_metrics=tuple(data.use.metrics),
        core_features=tuple(data.use.core_features),
        windows=_windows(data),
        shelf_days=data.shelf_days,
        stale_after=lives(data),
        match_rate_min={source: pct / 100 for source, pct in data.match_rate_min_pct.items()},
        survey_days=data.surveys.shelf_days,
        scales={kind: (scale[0], scale[1]) for kind, scale in data.surveys.scales.items()},
        phrases=_phrases(data),
        urgent=frozenset(data.urgent_priorities),
        fleet_accounts_min=data.fleet_accounts_min,
        rest_pct=data.fleet_rest_pct,
        metrics=_metrics(data, model),
        retention=data.retention_days,
        data=written,
        model=model,
        surveys=surveys(data.surveys.ask),
    )


def surveys(ask: AskData) -> SurveyRules:
    """Return which surveys are sent, and when."""
    return SurveyRules(
        kinds=frozenset(kind for kind in SCALES if getattr(ask, kind).sent),
        activation_after_days=ask.activation_ease.after_days,
        activation_until_days=ask.activation_ease.until_days,
        renewal_window=ask.renewal_confidence.window,
        nps_after_days=ask.nps.after_days,
        nps_every_days=ask.nps.every_days,
    )


def _alerts(data: AlertsData) -> AlertRules:
    audiences: dict[str, tuple[str, ...]] = {kind: (*told,) for kind, told in data.audiences.items()}
    return AlertRules(data.repeat_days, data.budget_per_day, audiences)


def _ledger(data: LedgerData) -> LedgerRules:
    least = {rule: pct / 100 for rule, pct in data.precision_min_pct.items()}
    return LedgerRules(data.window_days, data.cases_min, least)


def _brake(data: BrakeData) -> Limits:
    share = data.worse_share_pct / 100
    return Limits(data.worse_accounts, share, data.unusual_sigmas, data.mails_per_contact)


def _json(data: PolicyData) -> str:
    """Return the policy as JSON. The order of its rules stays: it says which of them comes first.

    A ledger that agrees on nothing, a model where there is none, and surveys of which none is sent are left
    out: statements from before there were such keep their hash.
    """
    unsaid: dict[str, Any] = {"ledger": True} if data.ledger == LedgerData() else {}
    unsaid |= {"fitted": True} if data.fitted is None else {}
    unsaid |= {"surveys": {"ask"}} if data.surveys.ask == AskData() else {}
    return json.dumps(data.model_dump(exclude=unsaid), separators=(",", ":"), ensure_ascii=True)


def bands(data: PolicyData) -> Bands:
    """Return where the bands begin, in hundredths of a point."""
    given = data.bands
    return Bands(
        watch_from=round(HUNDREDTHS * given.watch_from),
        healthy_from=round(HUNDREDTHS * given.healthy_from),
        exit_margin=round(HUNDREDTHS * given.exit_margin),
        coverage_min=given.coverage_min_pct / 100,
    )


def _profile(data: PolicyData, found: Resolved, model: Model | None) -> Profile:
    if found.engine == FITTED and model:
        lines = tuple(Weight(each.name, each.weight) for each in model.learned)
        return Profile(
            found.name, FITTED, lines, grounds={**grounds(data, found), **drivers(model)}, model=model
        )
    weights = [Weight(name, line.weight) for _, name, line in found.lines]
    weights += [Weight(name, line.points) for name, line in found.deductions.items()]
    caps = [Cap(name, round(HUNDREDTHS * cap.at)) for name, cap in found.caps.items()]
    return Profile(
        found.name, found.engine, tuple(weights), tuple(caps), _cells(data, found), grounds(data, found)
    )


def _cells(data: PolicyData, found: Resolved) -> tuple[tuple[int, ...], ...]:
    points = {band: round(HUNDREDTHS * score) for band, score in data.matrix.scores.items()}
    rows = found.matrix.cells if found.matrix else []
    return tuple(tuple(points[band] for band in row) for row in rows)


def _signals(data: PolicyData) -> Mapping[str, SignalRule]:
    return {
        kind: SignalRule(kind, signal.family, signal.severity, tuple(signal.also))
        for kind, signal in data.signals.items()
    }


def _renewals(data: PolicyData) -> RenewalRules:
    renewals = data.renewals
    return RenewalRules(
        windows=tuple(renewals.windows),
        term_parts=renewals.term_parts,
        rolling_days=renewals.rolling_days,
        rolling_nearness=renewals.rolling_nearness_pct / 100,
        grace_days=renewals.grace_days,
        nearness=tuple((x, y / 100) for x, y in renewals.nearness_pct),
        ended=frozenset(renewals.ended_statuses),
    )


def _windows(data: PolicyData) -> Windows:
    lengths = data.windows.model_dump()
    shares = {name: lengths.pop(f"{name}_pct") / 100 for name in ("month_fall", "dav_flat")}
    return Windows(**shares, **lengths)


def _phrases(data: PolicyData) -> Phrases:
    lists = data.intent.model_dump(exclude={"reach", "sayings", "smaller"})
    smaller = data.intent.smaller
    return Phrases(
        **{name: Words.of(words) for name, words in lists.items()},
        sayings=Sayings.of(data.intent.sayings),
        smaller=Smaller(
            Words.of(smaller.verbs), Words.of(smaller.less), Words.of(smaller.of), Sayings.of(smaller.sayings)
        ),
        reach=data.intent.reach,
    )


def _metrics(data: PolicyData, model: Model | None) -> tuple[str, ...]:
    """Return the daily metrics that the rules and the model read, each once."""
    active: Sequence[str] = [active.metric for active in data.active.values()]
    fitted = model.metrics if model else ()
    return tuple(dict.fromkeys((*active, *data.use.metrics, *_COUNTED, *data.use.core_features, *fitted)))
