"""What is logged: one JSON object a line, without a secret or an address, whoever logs and however."""

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
import structlog

from config.settings import Settings
from tests import logs
from tests.rehearsal import ROOT
from tests.worker.test_redaction import ADDRESSES, PASSWORD, TOKEN, URLS
from worker import log
from worker.redaction import _forms
from worker.secrets import secrets


class Logged:
    """Logging as a process configures it, and what was logged."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def configure(self, *known: str) -> None:
        with patch.object(sys, "stderr", self.stream):
            log.configure("DEBUG", known)

    def __call__(self) -> str:
        return self.stream.getvalue()


NOISY = ("kombu", "amqp", "urllib3", "celery.redirected", "alembic")


@pytest.fixture
def logged() -> Iterator[Logged]:
    """Logging that knows `PASSWORD`; all of it is put back."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in NOISY}
    kept = root.handlers[:], root.level, sys.excepthook, sys.unraisablehook, threading.excepthook
    made = Logged()
    made.configure(PASSWORD)
    yield made
    root.handlers[:], level, sys.excepthook, sys.unraisablehook, threading.excepthook = kept
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logs.plain()


LOGGERS: tuple[Callable[[str], object], ...] = (
    lambda text: structlog.get_logger().warning("event", detail=text),
    lambda text: structlog.get_logger().warning(text),
    lambda text: structlog.get_logger().bind(detail=text).info("event"),
    lambda text: structlog.get_logger().info("event", deep={"list": [text, {"key": (text,)}]}),
    lambda text: structlog.get_logger().info("event", **{text: 1}),
    lambda text: structlog.get_logger().info("event", error=ValueError(text)),
    lambda text: logging.getLogger("celery.worker").info("task %s took %r", text, {"person": text}),
    lambda text: logging.getLogger("celery.app.trace").error("raised", exc_info=ValueError(text)),
    lambda text: logging.getLogger("asyncio").debug(text),
    lambda text: logging.getLogger("library").warning(b"bytes %r", text.encode()),
)


@pytest.mark.parametrize("text", [TOKEN, PASSWORD, ADDRESSES[0], ADDRESSES[5], URLS[0]])
@pytest.mark.parametrize("write", LOGGERS)
def test_no_logger_lets_anything_through(logged, write, text):
    write(text)
    assert_clean(logged(), text)


def assert_clean(told: str, text: str) -> None:
    """One JSON object a line, in which the text is taken out."""
    assert told.endswith("\n")
    for line in told.splitlines():
        json.loads(line)
    assert "[secret]" in told or "[address]" in told
    assert not {form for form in _forms(text) if form in told}


def raise_from(text: str) -> None:
    """Raise an error whose cause, context and notes all say something."""
    try:
        try:
            raise KeyError(text)  # noqa: TRY301 - a cause is what this is about
        except KeyError as error:
            raise ValueError(f"bad value {text!r}") from error
    except ValueError as error:
        error.add_note(f"said {text}")
        raise RuntimeError(text, {"told": text}) from error


@pytest.mark.parametrize("text", [TOKEN, PASSWORD, ADDRESSES[0], URLS[1]])
def test_no_traceback_lets_anything_through(logged, text):
    try:
        raise_from(text)
    except RuntimeError as error:
        structlog.get_logger().exception("broke")
        logging.getLogger("celery.app.trace").exception("Task %s raised", text)
        sys.excepthook(type(error), error, error.__traceback__)
    assert logged().count('"event": "crashed"') == 1
    assert logged().count("Traceback (most recent call last)") == 9
    assert_clean(logged(), text)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_crashes_is_logged_without_its_secrets(logged):
    crashing = threading.Thread(target=raise_from, args=(ADDRESSES[0],))
    hook, threading.excepthook = threading.excepthook, log._thread_crashed
    crashing.start()
    crashing.join()
    threading.excepthook = hook
    assert '"event": "crashed"' in logged()
    assert_clean(logged(), ADDRESSES[0])


class Broken:
    """What breaks over itself, with a secret in its error."""

    def __repr__(self) -> str:
        raise ValueError(TOKEN)


class Doomed:
    """What breaks as it is deleted."""

    def __del__(self) -> None:
        raise ValueError(TOKEN)


@pytest.mark.parametrize(
    "write",
    [
        lambda: logging.getLogger("library").warning("%d", TOKEN),
        lambda: logging.getLogger("library").warning("%s", Broken()),
        lambda: structlog.get_logger().warning("event", detail=Broken(), token=TOKEN),
    ],
)
def test_of_a_line_that_cannot_be_written_only_its_place_is_told(logged, capfd, write):
    logged.configure()  # without pytest's own output, which tells everything
    write()
    told = json.loads(logged())
    assert (told["event"], told["where"].startswith(__file__)) == (
        "unloggable",
        "structlog" not in told["where"],
    )
    assert TOKEN not in logged() + "".join(capfd.readouterr())


def test_a_line_is_lost_where_nobody_reads_any_more(logged):
    logged.configure()
    logged.stream.close()
    logging.getLogger("library").warning("words")


def test_a_warning_is_a_line_like_any_other(logged, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logged.configure()
        warnings.warn(TOKEN, stacklevel=1)
    assert_clean(logged(), TOKEN)
    assert capfd.readouterr() == ("", "")


def test_what_breaks_where_nobody_can_catch_it_is_a_line_too(logged, capfd):
    Doomed()
    assert json.loads(logged())["event"] == "broke_unseen"
    assert_clean(logged(), TOKEN)
    assert capfd.readouterr() == ("", "")


def test_the_level_counts_and_noisy_libraries_stay_quiet(logged):
    logging.getLogger("kombu").info("connected")
    logging.getLogger("urllib3.connectionpool").debug("GET /?email=dana")
    logging.getLogger("ours").debug("told")
    assert [json.loads(line)["event"] for line in logged().splitlines()] == ["told"]


def test_without_redaction_the_check_would_notice(logged, monkeypatch):
    monkeypatch.setattr(log, "redaction", lambda _: lambda text: text)
    logged.configure()
    structlog.get_logger().warning("event", detail=ADDRESSES[0])
    assert ADDRESSES[0] in logged()
    with pytest.raises(AssertionError):
        assert_clean(logged(), ADDRESSES[0])


def test_secrets_of_every_place_are_known(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SEATSIGNAL_SLACK_TOKEN=canary-1\nseatsignal_mail_password='canary 2'\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "seatsignal_mail_password").write_text("canary-3\n")
    (tmp_path / "secrets" / "SEATSIGNAL_MAIL_HOST").write_text("mail.example")
    monkeypatch.setenv("SEATSIGNAL_SECRETS_DIR", str(tmp_path / "secrets"))
    monkeypatch.setenv("SEATSIGNAL_SLACK_TOKEN", "canary-4")
    assert secrets(Settings()) == {"canary-1", "canary 2", "canary-3", "canary-4"}


def test_every_secret_that_is_set_is_known(monkeypatch):
    monkeypatch.setenv("SEATSIGNAL_SLACK_TOKEN", "canary-1")
    monkeypatch.setenv("seatsignal_mail_password", "canary-2")
    chosen = Settings(
        database_url="postgresql://seat:canary%2F3@db.example/seat?sslpassword=canary-4&sslmode=require",
        broker_url="redis://:canary-5@broker.example/0",
    )
    assert secrets(chosen) == {"canary-1", "canary-2", "canary%2F3", "canary/3", "canary-4", "canary-5"}
    assert "canary" not in f"{chosen!r}{chosen}"
    assert secrets(Settings(database_url="plain.sqlite3")) == {"canary-1", "canary-2"}


def test_each_address_of_a_setting_that_names_several_is_known_and_what_is_behind_its_host(monkeypatch):
    one = "https://flows.example:443/workflows/canary-1/invoke?api-version=2016-06-01&sig=canary-signature-1"
    other = "https://flows.example/canary-2-invoked"
    monkeypatch.setenv("SEATSIGNAL_TEAMS_CHANNELS", f'{{"success": "{one}", "ops": "{other}"}}')
    known = secrets(Settings())
    assert {one, other, one.partition("443/")[2], "canary-2-invoked", "canary-signature-1"} <= known
    assert not {"2016-06-01", "success", "ops", "flows.example"} & known
    monkeypatch.setenv("SEATSIGNAL_TEAMS_CHANNELS", '{"success": "canary')
    assert secrets(Settings()) == {'{"success": "canary'}


CRASHING = """
from worker import log
log.configure("INFO", ["canary-password"])
raise RuntimeError("dana@customer.example canary-password")
"""


def test_a_process_that_crashes_tells_no_secret():
    done = subprocess.run(
        [sys.executable, "-c", CRASHING], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    told = json.loads(done.stderr)
    assert told["event"] == "crashed"
    assert told["exception"].endswith("RuntimeError: [address] [secret]")


def test_secrets_within_a_setting_are_known_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEATSIGNAL_SQL_URL", "postgresql://us:can%40ary-1@db.customer.example/shop")
    monkeypatch.setenv("SEATSIGNAL_HTTP_SECRETS", '{"billing": "canary-2", "desk": "canary-3"}')
    assert {"can%40ary-1", "can@ary-1", "canary-2", "canary-3"} <= secrets(Settings())
