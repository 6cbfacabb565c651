"""The rivals of the compiled policy say what it says: else a ratio of speeds would mean nothing."""

from benchmarks import jsonlogic, rules
from health.judge import scored

ACCOUNTS = 2_000


def test_all_three_say_the_same_of_each_account():
    policy, scores = rules.published(), set()
    for found in rules.drawn(ACCOUNTS):
        findings = policy.rules(found)
        score = scored(findings, policy)
        lines = jsonlogic.apply(jsonlogic.PUBLISHED, rules.plainly(found))
        assert [value for value, _ in lines] == [value for value, _ in findings.lines]
        assert [words for _, words in lines] == [words for _, words in findings.lines]
        assert rules.by_hand(found)[:4] == score[:4]
        assert len(rules.by_hand(found).contributions) == len(score.contributions)
        scores.add(score.points)
    assert len(scores) > 10
