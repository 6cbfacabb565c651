"""The policy: `policy.yaml`, checked, compiled, and handed to `health` as plain values."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from config import values
from config.compiler import CompileError, compile_rules
from config.files import SHIPPED, ConfigError, nearest, parsed, text
from config.models import ModelData, model_of, parsed_model
from config.overlaps import overlapping
from config.profiles import resolved
from config.schema import FittedData, PolicyData
from config.scoring import ENGINES, FITTED
from health.alerts import LICENSING
from health.backtest import EXPANDED
from health.bands import band
from health.judge import SCORE
from health.ledger import ALWAYS
from health.model import Model
from health.nouns import Score
from health.policy import (
    Policy,
)
from health.surveys import ACTIVATION, NPS, RENEWAL, SCALES


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
    return values.policy(data, compiled, model)


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
    kinds = values.surveys(data.surveys.ask).kinds
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
    bands = values.bands(data)
    for name, points in data.matrix.scores.items():
        found = band(Score(round(values.HUNDREDTHS * points), 0, 0, 1.0, ()), bands)
        if found != name:
            yield f"matrix.scores.{name}: {points:g} is in the band {found}"
