import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from config import failpoints
from config.failpoints import NAMES, FailpointError, failpoint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def arm(monkeypatch):
    def armed(text: str) -> None:
        monkeypatch.setattr(failpoints, "_armed", failpoints._parse(text))
        monkeypatch.setattr(failpoints, "_passes", Counter())

    return armed


def test_unarmed_nothing_happens(arm):
    arm("")
    for name in NAMES:
        failpoint(name)


@pytest.mark.parametrize(("text", "nth"), [("marked=raise", 1), ("marked=raise@1", 1), ("marked=raise@3", 3)])
def test_an_armed_place_fails_at_its_nth_pass_and_only_then(arm, text, nth):
    arm(text)
    for _ in range(nth - 1):
        failpoint("marked")
        failpoint("settled")
    with pytest.raises(FailpointError, match="marked"):
        failpoint("marked")
    failpoint("marked")


def test_several_places_are_armed_at_once(arm):
    arm("claimed=raise@2,settled=raise")
    failpoint("claimed")
    with pytest.raises(FailpointError, match="settled"):
        failpoint("settled")
    with pytest.raises(FailpointError, match="claimed"):
        failpoint("claimed")


@pytest.mark.parametrize("text", ["nowhere=kill", "marked", "marked=explode", "marked=kill,=raise"])
def test_a_mistake_is_refused_with_what_is_known(text):
    with pytest.raises(ValueError, match=r"is not one of pulled, .* = kill, freeze or raise"):
        failpoints._parse(text)


def run_to(action: str) -> subprocess.Popen[bytes]:
    """A process that says so once it is past the failpoint `marked`."""
    program = "from config.failpoints import failpoint\nfailpoint('marked')\nprint('past')"
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"SEATSIGNAL_FAILPOINTS": f"marked={action}"},
        stdout=subprocess.PIPE,
    )


def test_kill_ends_the_process_as_a_power_cut_would():
    with run_to("kill") as process:
        assert process.communicate() == (b"", None)
    assert process.returncode == -signal.SIGKILL


def test_freeze_stops_the_process_until_it_is_continued():
    with run_to("freeze") as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        assert process.communicate() == (b"past\n", None)


def test_every_name_is_passed_somewhere_and_every_place_has_a_name():
    code = "\n".join(file.read_text() for file in (ROOT / "worker").glob("*.py"))
    assert set(re.findall(r'failpoint\("(\w+)"\)', code)) == set(NAMES)
