import json
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from config.links import Links
from dashboard.server import Web
from store.database import Database
from store.installation import secret
from tests.dashboard.conftest import served

ROOT = Path(__file__).parents[2]
HERE = "127.0.0.1"


async def nothing(_scope: object, _receive: object, send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_a_free_port_is_taken_and_told_and_given_back():
    before = threading.enumerate()
    web = Web(nothing, HERE, 0)
    web.start()
    assert requests.get(web.url, timeout=10).status_code == 204
    web.stop()
    web.join(10)
    with socket.create_server((HERE, int(web.url.rpartition(":")[2]))):
        assert threading.enumerate() == before


def test_two_at_once_do_not_meet():
    with served(nothing) as one, served(nothing) as other:
        assert one != other
        assert requests.get(one, timeout=10).status_code == requests.get(other, timeout=10).status_code == 204


def test_a_port_that_is_taken_is_said_at_once():
    with socket.create_server((HERE, 0)) as taken:
        web = Web(nothing, HERE, taken.getsockname()[1])
        with pytest.raises(OSError, match="Address already in use"):
            web.start()


def test_loopback_in_six_bytes_of_groups():
    web = Web(nothing, "::1", 0)
    web.start()
    assert web.url.startswith("http://[::1]:")
    assert requests.get(web.url, timeout=10).status_code == 204
    web.stop()
    web.join(10)


def test_signals_stay_with_the_main_thread():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with served(nothing):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_stopping_before_a_request_came():
    before = threading.enumerate()
    web = Web(nothing, HERE, 0)
    web.start()
    web.stop()
    web.join(10)
    assert threading.enumerate() == before


def test_an_answer_does_not_wait_for_a_full_packet():
    """asyncio sets TCP_NODELAY on connections of a listener that names its protocol; else 40 ms are lost."""
    web = Web(nothing, HERE, 0)
    web.start()
    assert web._listener.proto == socket.IPPROTO_TCP
    web.stop()
    web.join(10)


PROGRAM = """
    import sys
    from dashboard.app import create_app
    from dashboard.server import serve
    from dashboard.webhooks import Hooks
    from integrations import registry
    from store.database import Database
    from worker import log

    log.configure("DEBUG")
    serve(create_app(Database(sys.argv[1]), "Example", Hooks(registry.webhook, print)), "127.0.0.1", 0)
    print("closed", flush=True)
"""


@contextmanager
def serving(url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of its own that serves, and the address it says it serves at."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), url]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, cwd=ROOT) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "web_listening" in line)
        try:
            yield process, json.loads(line)["url"]
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("number", "status", "said"), [(signal.SIGINT, 0, "closed\n"), (signal.SIGTERM, -signal.SIGTERM, "")]
)
def test_a_process_of_its_own_ends_at_a_signal_and_logs_no_token(
    sqlite_url: str, number: signal.Signals, status: int, said: str
):
    database = Database(sqlite_url)
    with database.write() as connection:
        key = secret(connection)
    with serving(sqlite_url) as (process, address):
        links = Links(address, key)
        made = [links.unsubscribe("5f2a9c0d1e4b", "renewal"), links.preferences("5f2a9c0d1e4b")]
        answers = [requests.post(link, data={"save": "yes"}, timeout=10).status_code for link in made]
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE consents RENAME TO mislaid")
        answers += [requests.post(link, data={"save": "yes"}, timeout=10).status_code for link in made]
        process.send_signal(number)
        printed, logged = process.communicate(timeout=20)
    database.close()
    assert answers == [200, 200, 500, 500]
    assert (process.returncode, printed) == (status, said)
    assert logged.count("page_broke") == 2
    for word in ("5f2a9c0d1e4b", key.hex(), *(link.rpartition(".")[2] for link in made)):
        assert word not in logged
