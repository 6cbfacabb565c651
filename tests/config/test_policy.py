import json
import re
from pathlib import Path

import pytest
import yaml

from config.files import SHIPPED
from config.policy import PolicyError, load, stated
from config.schema import PolicyData
from health.policy import LedgerRules

TEXT = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("    adoption:", "    adopton:"), "weighted.groups.adopton: unknown key, did you mean 'adoption'?"),
        (
            ("    severity: high", "    severty: high"),
            "signals.cancel_at_period_end.severty: unknown key, did you mean 'severity'?",
        ),
        (
            ("engine: weighted", "engine: wieghted"),
            "engine: Input should be 'weighted', 'deductions', 'matrix' or 'fitted'",
        ),
        (
            ("windows: [120,", 'windows: ["x",'),
            "renewals.windows.0: Input should be a valid integer",
        ),
        (
            ("repeat_days: 14", "repeat_days: 0"),
            "alerts.repeat_days: Input should be greater than or equal to 1",
        ),
        (("watch_from: 50", "watch_from: 80"), "bands: Value error, watch_from must be below healthy_from"),
        (("watch_from: 50", "watch_from: 75"), "bands: Value error, watch_from must be below healthy_from"),
        (("watch_from: 50", "watch_from: 0"), "bands.watch_from: Input should be greater than 0"),
        (
            ("exit_margin: 5", "exit_margin: 51"),
            "bands: Value error, watch_from and exit_margin are above 100 together",
        ),
        (
            ("coverage_min_pct: 60", "coverage_min_pct: 0"),
            "bands.coverage_min_pct: Input should be greater than 0",
        ),
        (("watch: 62,", "watch: 80,"), "matrix.scores.watch: 80 is in the band healthy"),
        (("at_risk: 25, watch", "watch"), "matrix: Value error, scores: none for at_risk"),
        (
            ("edges: [60, 120, 180]", "edges: [60, 120]"),
            "matrix.presets.age_by_utilisation: Value error, cells: 3 rows of 5 are needed",
        ),
        (
            ("edges: [60, 120, 180]", "edges: [60, 180, 120]"),
            "matrix.presets.age_by_utilisation.rows.edges: Value error, edges must rise",
        ),
        (
            ("[watch, healthy, healthy, healthy, healthy]", "[watch, helthy, healthy, healthy, healthy]"),
            "matrix.presets.age_by_utilisation.cells.0.1: Input should be 'at_risk', 'watch' or 'healthy'",
        ),
        (("{ at: 60, curve", "{ at: 200, curve"), "curve_families.ramp: Value error, edges must rise"),
        (
            ("    by: account_age_days", "    by: account_age"),
            "curve_families.ramp.by: 'account_age' is no measure, did you mean 'account_age_days'?",
        ),
        (
            (
                "stricter: { when: days_to_renewal <= 90, curve: renewal }",
                "stricter: { when: x < 1, curve: y }",
            ),
            "profiles.ramp.lines.utilisation.stricter.when: 'x' is no measure",
        ),
        (
            ("when: trend_pct <= -50", "when: recent_use / expected_use < 0.5"),
            "signals.use_drop.when: 'recent_use / expected_use' may divide by 0; rule that out first",
        ),
        (
            ('evidence: "no use for {idle_days} days"', 'evidence: "{recent_use / expected_use} of it"'),
            "signals.idle_7.evidence: 'recent_use / expected_use' may divide by 0; a sentence cannot",
        ),
        (
            ("when: months_down >= 3", "when: months_down >= 3 and months_down < 2"),
            "signals.months_down.when: 'months_down >= 3 and months_down < 2' never holds",
        ),
        (
            ("clear: months_down < 1", "clear: months_down < 1 or months_down >= 1"),
            "signals.months_down.clear: 'months_down < 1 or months_down >= 1' holds whatever the values are",
        ),
        (
            ("domain_use_pct < 20", "domain_usage_pct < 20"),
            "deductions.presets.published.domains.when: 'domain_usage_pct' is no measure",
        ),
        (
            ("limit_pct >= 80", "limits_pct >= 80"),
            "expansion.presets.published.triggers.capacity.when: 'limits_pct' is no measure",
        ),
        (
            ("columns: { measure: committed_utilisation_pct", "columns: { measure: committed"),
            "matrix.presets.age_by_utilisation.columns.measure: 'committed' is no measure",
        ),
        (
            ("precision_min_pct: {}", "precision_min_pct: { usedrop: 30 }"),
            "ledger.precision_min_pct: 'usedrop' is no rule of risk, did you mean 'use_drop'?",
        ),
        (
            ("precision_min_pct: {}", "precision_min_pct: { key_shared: 30 }"),
            "ledger.precision_min_pct: 'key_shared' is no rule of risk",
        ),
        (
            ("precision_min_pct: {}", "precision_min_pct: { cancel_ticket: 30 }"),
            "ledger.precision_min_pct.cancel_ticket: explicit signals alert always",
        ),
        (
            ("precision_min_pct: {}", "precision_min_pct: { failed_payment: 30 }"),
            "ledger.precision_min_pct.failed_payment: payment signals alert always",
        ),
        (("trial: in_trial >= 1", "trial: 1 > 0"), "gates.trial: '1 > 0' holds whatever the values are"),
        (
            ("trial: in_trial >= 1", "trial: in_trial.real >= 1"),
            "gates.trial: 'in_trial.real' is not allowed here",
        ),
        (
            ("trial: in_trial >= 1", "trial: \"__import__('os').getpid() >= 1\""),
            "gates.trial: \"__import__('os').getpid()\" is not allowed here",
        ),
        (
            ("trial: in_trial >= 1", "trial: measures >= 1"),
            "gates.trial: 'measures' is no measure",
        ),
        (
            ("curve: [[1, 100], [7, 70]", "curve: [[1, 100], [.nan, 70]"),
            "weighted.groups.engagement.idle.curve",
        ),
        (
            ("baseline_weeks_min: 4", "baseline_weeks_min: 7"),
            "windows: Value error, baseline_weeks_min is above baseline_weeks",
        ),
        (
            ("renewal: [[0, 0], [60, 50]", "renewal: [[0, 0], [0, 50]"),
            "curves.renewal: Value error, the x of a curve must rise from pair to pair",
        ),
        (
            ("renewal: [[0, 0], [60, 50]", "renewal: [[0, 0], [60, 150]"),
            "curves.renewal: Value error, the y of a curve lies between 0 and 100",
        ),
        (
            ("renewal: [[0, 0], [60, 50]", "renewal: [[0, 0], [60]"),
            "curves.renewal: Value error, a curve is a list of at least two [x, y] pairs",
        ),
        (("at_risk: [csm]", "at_rsk: [csm]"), "alerts.audiences.at_rsk"),
        (("at_risk: [csm]", "at_risk: [cms]"), "alerts.audiences.at_risk.0"),
        (
            ("curve: renewal", "curve: renewl"),
            "weighted.groups.adoption.utilisation.curve: 'renewl' is no curve, did you mean 'renewal'?",
        ),
        (
            ("measure: idle_beyond_fleet_days", "measure: idle_dais"),
            "weighted.groups.engagement.idle.measure: 'idle_dais' is no measure, did you mean 'idle_days'?",
        ),
        (
            ("when: trend_pct <= -50", "when: trnd_pct <= -50"),
            "signals.use_drop.when: 'trnd_pct' is no measure, did you mean 'trend_pct'?",
        ),
        (
            ("clear: trend_pct > -35", "clear: open('x') > 0"),
            "signals.use_drop.clear: \"open('x')\" is not allowed here",
        ),
        (
            (
                "gates: [stale, fleet, start_cohort, expected, new, trial, volume, chance, one_user]",
                "gates: [stle]",
            ),
            "signals.use_drop.gates: 'stle' is no gate, did you mean 'stale'?",
        ),
        (
            ("score_gates: [stale, fleet, expected]", "score_gates: [flet]"),
            "score_gates: 'flet' is no gate, did you mean 'fleet'?",
        ),
        (
            ("fleet: fleet_trend_pct < 85", "fleet: fleet_trend_pct"),
            "gates.fleet: 'fleet_trend_pct' is no comparison",
        ),
        (
            ("no use for {idle_days} days", "no use for {idle_day} days"),
            "signals.idle_7.evidence: 'idle_day' is no measure, did you mean 'idle_days'?",
        ),
        (
            ("preset: default", "preset: defualt"),
            "expansion.preset: 'defualt' is no preset, did you mean 'default'?",
        ),
        (("preset: published", "preset: publshed"), "deductions.preset: 'publshed' is no preset"),
        (
            ("failed_payment: failed_payments >= 1", "failed_payment: failed >= 1"),
            "expansion.blocks.failed_payment: 'failed' is no measure",
        ),
        (
            ("when: failed_payments >= 1", "when: failed >= 1"),
            "weighted.caps.failed_payment.when: 'failed' is no measure",
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_place_and_nearest_name(tmp_path, change, problem):
    with pytest.raises(PolicyError) as refusal:
        load(written(tmp_path, change))
    assert any(line.startswith(f"policy.yaml: {problem}") for line in refusal.value.problems)


def test_weights_that_sum_to_nothing_are_refused(tmp_path):
    start, end = TEXT.index("    adoption:"), TEXT.index("  caps: # from")
    groups = TEXT[start:end]
    with pytest.raises(PolicyError) as refusal:
        load(written(tmp_path, (groups, "    adoption: {}\n")))
    assert any("no line has a weight: nothing to judge by" in line for line in refusal.value.problems)
    deductions = TEXT[TEXT.index("    published: # the published") : TEXT.index("\nmatrix:")]
    empty = ("engine: weighted", "engine: deductions"), (deductions, "    published: {}\n")
    with pytest.raises(PolicyError) as refusal:
        load(written(tmp_path, *empty))
    assert any("takes nothing off" in line for line in refusal.value.problems)


def test_a_line_of_two_groups_is_refused(tmp_path):
    with pytest.raises(PolicyError, match=r"weighted\.groups: 'trend' is there 2 times"):
        load(written(tmp_path, ("      idle:\n", "      trend:\n")))


def test_every_problem_is_said_at_once(tmp_path):
    changes = (
        ("measure: idle_beyond_fleet_days", "measure: x"),
        ("when: trend_pct", "when: y"),
        ("preset: default", "preset: z"),
    )
    with pytest.raises(PolicyError) as refusal:
        load(written(tmp_path, *changes))
    assert len(refusal.value.problems) == 3


def test_a_file_that_is_not_there_or_not_yaml_says_so(tmp_path):
    with pytest.raises(PolicyError, match="No such file"):
        load(tmp_path / "none.yaml")
    (tmp_path / "policy.yaml").write_text("engine: [", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy\.yaml: not YAML"):
        load(tmp_path / "policy.yaml")


def test_an_unknown_engine_is_refused():
    with pytest.raises(PolicyError, match=r"'deduction' is not one of .* did you mean 'deductions'\?"):
        load(engine="deduction")


def test_the_hash_is_of_the_content_and_not_of_the_text(tmp_path):
    plain = load()
    (tmp_path / "same").mkdir()
    assert (
        load(written(tmp_path / "same", ("exit_margin: 5 #", "exit_margin:   5 # well,"))).hash == plain.hash
    )
    assert load(written(tmp_path, ("exit_margin: 5", "exit_margin: 6"))).hash != plain.hash
    assert load(engine="deductions").hash != plain.hash
    assert len(plain.hash) == 16


SWAPPED = (
    ("  signed_in_30d:", "  first:"),
    ("  mean_daily_28:", "  signed_in_30d:"),
    ("  first:", "  mean_daily_28:"),
)


def test_the_order_of_rules_is_part_of_the_content(tmp_path):
    """The first definition of active that a source allows is taken: two orders are two policies."""
    assert yaml.safe_load(written(tmp_path, *SWAPPED).read_text()).keys() == yaml.safe_load(TEXT).keys()
    assert load(written(tmp_path, *SWAPPED)).hash != load().hash


@pytest.mark.parametrize("engine", ["weighted", "deductions"])
def test_a_policy_that_was_kept_is_the_same_when_read_again(engine):
    policy = load(engine=engine)
    again = stated(json.loads(policy.data))
    assert (again.hash, again.data, again.source) == (policy.hash, policy.data, policy.source)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"engine": "guess"},
            "policy: engine: Input should be 'weighted', 'deductions', 'matrix' or 'fitted'",
        ),
        ({"engin": "weighted"}, "policy: engin: Extra inputs are not permitted"),
        ({"gates": {"stale": "usage_age > 2"}}, "policy: gates.stale: 'usage_age' is no measure"),
    ],
)
def test_what_was_kept_and_is_none_is_refused_with_its_place(change, problem):
    with pytest.raises(PolicyError) as caught:
        stated(json.loads(load().data) | change)
    assert any(line.startswith(problem) for line in caught.value.problems)


def test_the_shipped_weights_are_those_of_the_default_profile():
    weights = {weight.name: weight.points for weight in load().profiles["default"].weights}
    assert weights == {
        "utilisation": 15,
        "depth": 10,
        "trend": 15,
        "idle": 10,
        "breadth": 10,
        "payment": 15,
        "direction": 5,
        "tickets": 10,
        "answers": 10,
    }


def test_the_shipped_deductions_are_those_published():
    deductions = {
        weight.name: weight.points for weight in load(engine="deductions").profiles["default"].weights
    }
    assert deductions == {
        "idle_7": 20,
        "idle_30": 30,
        "domains": 15,
        "halved": 20,
        "ticket": 10,
        "payment": 25,
    }


def test_time_to_renewal_is_in_no_line_of_the_score():
    """Nor in that of a starting account, or of one without seats; beside `ramp` it chooses a curve."""
    source = load().source
    of_profiles = re.split(r"profile = '(\w+)'\n", source[: source.index("signals = []")])
    lines = dict(zip(of_profiles[1::2], of_profiles[2::2], strict=True))
    assert {name for name, text in lines.items() if "days_to_renewal" in text} == {
        *("ramp", "hybrid", "hybrid_committed")
    }
    assert all("line_6 =" in text for text in lines.values())


def test_the_published_expansion_is_exactly_the_three(tmp_path):
    source = load(written(tmp_path, ("preset: default", "preset: published"))).source
    assert source.count("triggers.append") == 2 * 3  # met or undecided
    assert "'depth'" not in source
    assert "limit_pct >= 80.0" in source


def test_the_metrics_are_those_the_rules_read():
    assert load().metrics == (
        "active_users_30d",
        "active_users",
        "sign_ins",
        "events",
        "consumption",
        "validations",
        "rate_limit_hits",
        "locked_feature_attempts",
        "validation:domain_mismatch",
        "validation:fingerprint_mismatch",
    )


def test_the_schema_is_closed_everywhere():
    def closed(schema):
        objects = [schema, *schema["$defs"].values()]
        return all(each.get("additionalProperties") is False for each in objects if "properties" in each)

    assert closed(PolicyData.model_json_schema())


def test_what_is_agreed_of_rules_is_read_and_an_older_file_agrees_on_nothing(tmp_path):
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    file.write_text(
        text.replace("precision_min_pct: {}", "precision_min_pct: { use_drop: 30, band: 40 }"),
        encoding="utf-8",
    )
    assert load(file).ledger == LedgerRules(90, 20, {"use_drop": 0.3, "band": 0.4})
    data = json.loads(load().data)
    assert "ledger" not in data  # and so it keeps the hash that it had
    assert stated(data).ledger == LedgerRules(90, 20, {})
    assert stated(json.loads(load(file).data)).ledger == load(file).ledger


# -- surveys by mail ---------------------------------------------------------------------------------

ASK = "nps: { sent: false, after_days: 60, every_days: 180 }"


def test_no_survey_is_sent_and_the_policy_says_nothing_of_it_by_default():
    policy = load()
    assert policy.surveys.kinds == frozenset()
    assert "ask" not in json.loads(policy.data)["surveys"]  # and so it keeps the hash that it had


def test_a_kind_is_sent_once_it_says_so(tmp_path):
    sent = ASK.replace("false", "true").replace("180", "90")
    policy = load(written(tmp_path, (ASK, sent)))
    assert (policy.surveys.kinds, policy.surveys.nps_every_days) == ({"nps"}, 90)
    assert policy.hash != load().hash
    assert stated(json.loads(policy.data)).surveys == policy.surveys


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("nps: { sent", "npss: { sent", "surveys.ask.npss: unknown key, did you mean 'nps'?"),
        ("nps: { sent", "csat: { sent", "surveys.ask.csat: unknown key"),
        ("nps: { sent: false", "nps: { send: true", "surveys.ask.nps.send: unknown key"),
        ("every_days: 180 }", "every_days: 29 }", "greater than or equal to 30"),
        ("until_days: 60", "until_days: 400", "less than or equal to 365"),
        ("after_days: 14, until_days: 60", "after_days: 61, until_days: 60", "nobody would ever be asked"),
        ("sent: false, window: 120", "sent: true, window: 100", "100 is none of renewals.windows"),
    ],
)
def test_a_survey_that_could_not_be_sent_as_it_says_is_refused(tmp_path, old, new, problem):
    with pytest.raises(PolicyError, match=re.escape(problem)):
        load(written(tmp_path, (old, new)))


def test_letters_are_kept_until_the_same_may_be_asked_again(tmp_path):
    short = ("\n  notices: 400", "\n  notices: 179")
    assert load(written(tmp_path, short)).retention["notices"] == 179
    with pytest.raises(PolicyError, match=r"retention_days\.notices: 180 at least"):
        load(written(tmp_path, short, (ASK, ASK.replace("false", "true"))))


def test_what_is_sent_asks_on_the_scale_that_counts(tmp_path):
    wider = ("nps: [0, 10]", "nps: [0, 100]")
    assert load(written(tmp_path, wider)).scales["nps"] == (0, 100)
    with pytest.raises(PolicyError, match=r"surveys\.scales\.nps: what is sent asks for 0 to 10"):
        load(written(tmp_path, wider, (ASK, ASK.replace("false", "true"))))
