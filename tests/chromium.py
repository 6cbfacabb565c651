"""The system's Chromium, told what to do through a pair of pipes: pages as a reader sees them.

It speaks the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/): one JSON document after
another, each ended by a zero byte, on the descriptors 3 and 4 of the process.
"""

import json
import os
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import Any, Literal

from tests import services

Scheme = Literal["light", "dark"]
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, where there is none; only our own pages are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--remote-debugging-pipe",
)


class Chromium:
    """One page of one process."""

    def __init__(self, to: int, answers: BufferedReader) -> None:
        self._to, self._answers = to, answers
        self._numbers = count(1)
        self._left = b""
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Have one thing done, and return what it gave."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while (answer := self._answer()).get("id") != number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def show(self, html: str, width: int, scheme: Scheme, height: int = 800) -> None:
        """Lay a page out at a width, in one of the two colour schemes, in a window of a height."""
        window = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        self.call("Emulation.setDeviceMetricsOverride", **window)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def ask(self, expression: str) -> Any:
        """Evaluate JavaScript in the page."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(str(told["exceptionDetails"]))
        return told["result"].get("value")

    def picture(self) -> bytes:
        """Return a PNG of the whole page."""
        size: Mapping[str, float] = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        taken = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return b64decode(taken["data"])

    def _answer(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = self._answers.read1(65_536)
            if not more:
                raise RuntimeError("Chromium has ended")
            self._left += more
        answer, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(answer))


@contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """Start Chromium with a profile in a folder of its own, and end it."""
    told, to = os.pipe()
    answers, said = os.pipe()

    def take_their_places() -> None:
        """Put the pipes where Chromium looks for them; neither end may lie where the other goes."""
        spare = os.dup(said), os.dup(told)
        os.dup2(spare[1], 3)
        os.dup2(spare[0], 4)

    process = subprocess.Popen(
        [str(services.browser()), *ARGUMENTS, f"--user-data-dir={folder}", "about:blank"],
        close_fds=False,
        preexec_fn=take_their_places,  # noqa: PLW1509 - nothing else can number descriptors
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    os.close(said)
    try:
        with os.fdopen(answers, "rb") as read:
            yield Chromium(to, read)
    finally:
        os.close(to)
        process.terminate()
        process.wait(10)
