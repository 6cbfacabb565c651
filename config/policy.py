"""The policy: `policy.yaml`, checked, compiled, and handed to `health` as plain values."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.compiler import Compiled, CompileError, compile_rules
from config.files import SHIPPED, ConfigError, nearest, parsed, text
from config.grounds import drivers, grounds
from config.models import ModelData, model_of, parsed_model
from config.overlaps import overlapping
from config.profiles import Resolved, lives, resolved
from config.schema import AlertsData, AskData, BrakeData, FittedData, LedgerData, PolicyData
from config.scoring import ENGINES, FITTED
from health.alerts import LICENSING
from health.backtest import EXPANDED
from health.bands import band
from health.brake import Limits
from health.intent import Phrases, Sayings, Smaller, Words
from health.judge import SCORE
from health.ledger import ALWAYS
from health.model import Model
from health.nouns import Score
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
from health.surveys import ACTIVATION, NPS, RENEWAL, SCALES
from health.use import CONSUMPTION, MISMATCHES, VALIDATIONS

_HUNDREDTHS = 100
_HASH_LENGTH = 16
_COUNTED = (
    *("rate_limit_hits", "locked_feature_attempts", CONSUMPTION, VALIDATIONS),
    *(*MISMATCHES, USERS, ACTIONS),
)


class PolicyError(ConfigError):
    """`policy.yaml` is wrong; every line says where, what, and what it may have meant."""


def load(path: Path | None = None, *, engine: str | None = None) -> Policy:
    """Return the policy in ``path``, the shipped one by default; ``engine`` overrides its own choice.

    Raises `PolicyError` with every problem found.
    """
    path = path or SHIPPED / "policy.yaml"
    written = _text(path)
    return _loaded(written, path.name, engine, _model_beside(_read(written, path.name), path))


def _model_beside(data: PolicyData, path: Path) -> str:
    """Return the text of the model that a policy names, from the file beside it."""
    if data.fitted is None or data.fitted.content:
        return ""
    try:
        return text(path.parent / data.fitted.model)
    except ConfigError as error:
        raise PolicyError([f"{path.name}: fitted.model: {problem}" for problem in error.problems]) from None


def _with_written(data: PolicyData, written: str, name: str) -> PolicyData:
    """Return the policy with the model that was found beside it."""
    if data.fitted is None or not written:
        return data
    try:
        content = parsed_model(written, data.fitted.model)
    except ConfigError as error:
        raise PolicyError([f"{name}: fitted.model: {problem}" for problem in error.problems]) from None
    return data.model_copy(update={"fitted": data.fitted.model_copy(update={"content": content})})


def with_model(policy: Policy, content: ModelData) -> Policy:
    """Return a policy that judges by a model, whatever engine it judged by. Raises `PolicyError`."""
    data = PolicyData.model_validate(json.loads(policy.data))
    fitted = FittedData(model=content.hash, content=content)
    return _compiled(_with_engine(data.model_copy(update={"fitted": fitted}), FITTED), "policy")


@lru_cache(maxsize=16)
def _loaded(written: str, name: str, engine: str | None, model: str) -> Policy:
    """Compile each text once: whoever opens what was opened before gets the same policy."""
    data = _with_written(_read(written, name), model, name)
    if engine is not None:
        data = _with_engine(data, engine)
    return _compiled(data, name)


def stated(data: object) -> Policy:
    """Return the policy that was kept or stated as `Policy.data`.

    Raises `PolicyError` where it is none, or one of another version that this one cannot read.
    """
    try:
        return _compiled(PolicyData.model_validate(data), "policy")
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise PolicyError([f"policy: {problem}" for problem in problems]) from None


def _compiled(data: PolicyData, place: str) -> Policy:
    problems = _missing(data)
    model = _model(data)
    try:
        compiled = compile_rules(data, model)
    except CompileError as error:
        problems += error.problems
    if problems:
        raise PolicyError([f"{place}: {problem}" for problem in dict.fromkeys(problems)])
    return _policy(data, compiled, model)


def _model(data: PolicyData) -> Model | None:
    """Return the model that a policy judges by, if it judges by one."""
    used = any(profile.engine == FITTED for profile in resolved(data))
    content = data.fitted.content if data.fitted else None
    return model_of(content) if used and content else None


def overlaps(path: Path | None = None) -> list[str]:
    """Return a line for each two profiles that fit one account, naming such a one. Raises `PolicyError`."""
    path = path or SHIPPED / "policy.yaml"
    return [*overlapping(resolved(_parsed(_text(path), path.name)))]


def _text(path: Path) -> str:
    try:
        return text(path)
    except ConfigError as error:
        raise PolicyError(error.problems) from None


def _parsed(written: str, name: str) -> PolicyData:
    try:
        return parsed(PolicyData, written, name)
    except ConfigError as error:
        raise PolicyError(error.problems) from None


_read = lru_cache(maxsize=16)(_parsed)


def _with_engine(data: PolicyData, engine: str) -> PolicyData:
    if engine not in ENGINES:
        raise PolicyError(
            [f"engine: {engine!r} is not one of {', '.join(ENGINES)}{nearest(engine, ENGINES)}"]
        )
    profiles = [profile.model_copy(update={"engine": None}) for profile in data.profiles]
    return data.model_copy(update={"engine": engine, "profiles": profiles})


def _missing(data: PolicyData) -> list[str]:
    """Return a line for each preset that is named and not there, and for scores outside their band."""
    wanted = (
        ("deductions.preset", data.deductions.preset, tuple(data.deductions.presets)),
        ("matrix.preset", data.matrix.preset, tuple(data.matrix.presets)),
        ("expansion.preset", data.expansion.preset, tuple(data.expansion.presets)),
    )
    return [
        *_outside(data),
        *_agreed(data),
        *_unfitted(data),
        *_unasked(data),
        *(
            f"{path}: {name!r} is no preset{nearest(name, known)}"
            for path, name, known in wanted
            if name not in known
        ),
    ]


def _agreed(data: PolicyData) -> Iterator[str]:
    """Yield a line for each agreed precision of what is no rule, or of one that always alerts."""
    known = (SCORE, *(kind for kind, signal in data.signals.items() if signal.family != LICENSING))
    for rule in data.ledger.precision_min_pct:
        if rule not in known:
            yield f"ledger.precision_min_pct: {rule!r} is no rule of risk{nearest(rule, known)}"
        elif rule != SCORE and data.signals[rule].family in ALWAYS:
            yield f"ledger.precision_min_pct.{rule}: {data.signals[rule].family} signals alert always"


def _unasked(data: PolicyData) -> Iterator[str]:
    """Yield a line for each survey that is sent though its answer, or the day to send it, is another's."""
    kinds = _surveys(data.surveys.ask).kinds
    for kind in SCALES:
        if kind in kinds and tuple(data.surveys.scales.get(kind, ())) != SCALES[kind]:
            low, high = SCALES[kind]
            yield f"surveys.scales.{kind}: what is sent asks for {low} to {high}: [{low}, {high}]"
    window = data.surveys.ask.renewal_confidence.window
    if RENEWAL in kinds and window not in data.renewals.windows:
        yield f"surveys.ask.renewal_confidence.window: {window} is none of renewals.windows"
    ask, kept = data.surveys.ask, data.retention_days.get("notices", 0)
    looked_back = {NPS: ask.nps.every_days, ACTIVATION: ask.activation_ease.until_days}
    longest = max((days for kind, days in looked_back.items() if kind in kinds), default=0)
    if kept < longest:
        yield f"retention_days.notices: {longest} at least, or it is forgotten who was asked what"


def _unfitted(data: PolicyData) -> Iterator[str]:
    """Yield a line if the engine `fitted` is asked for and there is no model that tells of leaving."""
    if all(profile.engine != FITTED for profile in resolved(data)):
        return
    content = data.fitted.content if data.fitted else None
    if content is None:
        yield "fitted: the engine needs a model: 'fitted: {model: model.json}', as `seatsignal fit` writes it"
    elif content.target == EXPANDED:
        yield "fitted.model: tells who will grow, not who will leave: no health follows from it"


def _outside(data: PolicyData) -> Iterator[str]:
    """Yield a line for each score of a matrix that the bands would call by another name than its own."""
    bands = _bands(data)
    for name, points in data.matrix.scores.items():
        found = band(Score(round(_HUNDREDTHS * points), 0, 0, 1.0, ()), bands)
        if found != name:
            yield f"matrix.scores.{name}: {points:g} is in the band {found}"


def _policy(data: PolicyData, compiled: Compiled, model: Model | None) -> Policy:
    preset = data.expansion.presets[data.expansion.preset]
    written = _json(data)
    return Policy(
        hash=hashlib.sha256(written.encode()).hexdigest()[:_HASH_LENGTH],
        rules=compiled.rules,
        source=compiled.source,
        bands=_bands(data),
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
        surveys=_surveys(data.surveys.ask),
    )


def _surveys(ask: AskData) -> SurveyRules:
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


def _bands(data: PolicyData) -> Bands:
    bands = data.bands
    return Bands(
        watch_from=round(_HUNDREDTHS * bands.watch_from),
        healthy_from=round(_HUNDREDTHS * bands.healthy_from),
        exit_margin=round(_HUNDREDTHS * bands.exit_margin),
        coverage_min=bands.coverage_min_pct / 100,
    )


def _profile(data: PolicyData, found: Resolved, model: Model | None) -> Profile:
    if found.engine == FITTED and model:
        lines = tuple(Weight(each.name, each.weight) for each in model.learned)
        return Profile(
            found.name, FITTED, lines, grounds={**grounds(data, found), **drivers(model)}, model=model
        )
    weights = [Weight(name, line.weight) for _, name, line in found.lines]
    weights += [Weight(name, line.points) for name, line in found.deductions.items()]
    caps = [Cap(name, round(_HUNDREDTHS * cap.at)) for name, cap in found.caps.items()]
    return Profile(
        found.name, found.engine, tuple(weights), tuple(caps), _cells(data, found), grounds(data, found)
    )


def _cells(data: PolicyData, found: Resolved) -> tuple[tuple[int, ...], ...]:
    points = {band: round(_HUNDREDTHS * score) for band, score in data.matrix.scores.items()}
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
