import pytest

from sandbox.mail.rules import objection
from tests.sandbox.mail.conftest import letter

GOOD = {
    "From": "Robin Vale <robin.vale@seller.example>",
    "To": "Ada Brook <ada.brook@buyer.example>, finn@buyer.example",
    "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
    "Message-ID": "<1@seller.example>",
}
ONE_CLICK = "List-Unsubscribe=One-Click"
NO_ONE_CLICK = f"List-Unsubscribe without List-Unsubscribe-Post: {ONE_CLICK}"
LINK = "<mailto:out@seller.example>, <https://seller.example/out/1>"
BULK = {**GOOD, "List-Unsubscribe": LINK, "List-Unsubscribe-Post": ONE_CLICK}


def raw(headers: dict[str, str], *more: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, *more, "", "Hello", ""]).encode()


def test_good_mails_pass():
    assert objection(raw(GOOD), smtputf8=False) is None
    assert objection(raw(BULK), smtputf8=False) is None
    assert objection(letter().as_bytes(policy=letter().policy.clone(linesep="\r\n")), smtputf8=False) is None


@pytest.mark.parametrize("name", GOOD)
def test_each_of_four_headers_must_be_there_once(name):
    without = {other: value for other, value in GOOD.items() if other != name}
    assert objection(raw(without), smtputf8=False) == f"no {name} header"
    assert objection(raw({**GOOD, name: ""}), smtputf8=False) == f"no {name} header"
    assert objection(raw(GOOD, f"{name}: {GOOD[name]}"), smtputf8=False) == f"2 {name} headers"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Date": "tomorrow"}, "unreadable Date: tomorrow"),
        ({"From": "Robin"}, "unreadable From: Robin"),
        ({"To": "undisclosed:;"}, "unreadable To: undisclosed:;"),
        ({"List-Unsubscribe-Post": "yes"}, NO_ONE_CLICK),
        ({"List-Unsubscribe": "<mailto:out@seller.example>"}, "List-Unsubscribe has no https link"),
        ({"List-Unsubscribe": "<http://seller.example/out>"}, "List-Unsubscribe has no https link"),
        ({"List-Unsubscribe": "<http://127.0.0.1:8000/out>"}, None),
    ],
)
def test_headers_must_make_sense(changed, words):
    assert objection(raw({**BULK, **changed}), smtputf8=False) == words


def test_bulk_mail_needs_the_one_click_header():
    bulk = {**GOOD, "List-Unsubscribe": LINK}
    assert objection(raw(bulk), smtputf8=False) == NO_ONE_CLICK


def test_raw_8_bit_headers_need_smtputf8():
    greeting = raw({**GOOD, "Subject": "Grüße"})
    assert objection(greeting, smtputf8=False) == "8-bit header without SMTPUTF8"
    assert objection(greeting, smtputf8=True) is None


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n\r"])
def test_lines_end_with_both_characters(end):
    assert objection(raw(GOOD) + b"smuggled" + end, smtputf8=False) == "a line ends with CR or LF alone"
