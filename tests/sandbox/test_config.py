from pathlib import Path

import msgspec
import pytest

from sandbox import config
from sandbox.config import Channel, Config, Rate


def test_without_a_file_there_are_three_channels_and_slacks_own_rate():
    names = [channel.name for channel in config.read(None).channels]
    assert names == ["customer-success", "seatsignal-ops", "sales"]
    assert config.read(None).slack_rate == Rate(per_second=1.0, burst=5)


def test_a_file_changes_what_it_names(tmp_path: Path):
    file = tmp_path / "config.json"
    file.write_text('{"slack_token": "xoxb-1", "channels": [{"id": "C1", "name": "one"}]}')
    assert config.read(file) == Config(slack_token="xoxb-1", channels=(Channel(id="C1", name="one"),))


@pytest.mark.parametrize("text", ['{"slack_tokn": "x"}', '{"channels": [{"id": "C1"}]}', '{"users": 5}'])
def test_a_slip_in_the_file_is_refused(tmp_path: Path, text):
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(msgspec.ValidationError):
        config.read(file)
