from sandbox.config import Config
from sandbox.ledger import Ledger
from sandbox.slack.workspace import Content, Workspace


def test_timestamps_are_unique_and_rise_while_the_clock_stands_still():
    workspace = Workspace(Config(), Ledger(), clock=lambda: 1_780_300_800.0)
    channel = workspace.conversations["C01SUCCESS"]
    names = [workspace.post(channel, Content("Hello"), "", broadcast=False).ts for _ in range(3)]
    assert names == ["1780300800.000000", "1780300800.000100", "1780300800.000200"]


def test_a_day_is_a_day_in_utc():
    times = iter([1_780_271_999.0, 1_780_272_000.0, 1_780_272_001.0])
    workspace = Workspace(Config(), Ledger(), clock=lambda: next(times))
    channel = workspace.conversations["C01SUCCESS"]
    for _ in range(3):
        workspace.post(channel, Content("Hello"), "", broadcast=False)
    days = [(day, len(posted)) for day, posted in channel.by_day()]
    assert days == [(1_780_185_600, 1), (1_780_272_000, 2)]
