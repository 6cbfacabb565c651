"""The rivals of the compiled policy say what it says: else a ratio of speeds would mean nothing."""

from benchmarks import jsonlogic, rules

ACCOUNTS = 2_000


def test_all_three_say_the_same_of_each_account():
    policy, taken = rules.published(), set()
    for found in rules.drawn(ACCOUNTS):
        lines = policy.rules(found).lines
        assert rules.by_hand(found) == lines
        walked = jsonlogic.apply(jsonlogic.PUBLISHED, rules.plainly(found))
        assert [tuple(line) for line in walked] == list(lines)
        taken.add(tuple(value for value, _ in lines))
    assert len(taken) > 100
