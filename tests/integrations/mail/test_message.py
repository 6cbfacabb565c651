"""The mail around the words: headers that programs read, and no way to add one."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.nouns import Notice
from integrations.errors import Rejected
from integrations.mail.message import Mail, mail
from integrations.mime import message_id
from tests.integrations.mail.smtp import settings as server_settings
from tests.templates.test_injection import ANYTHING

SETTINGS = server_settings(25, sender_name="Lumen Works")
NOW = datetime(2027, 1, 20, 8, 30, tzinfo=UTC)
BODY = {
    "subject": "Your payment of €9",
    "html": "<p>Hello, Grüße</p>",
    "text": "Hello, Grüße\n",
    "language": "de-AT",
}
PAYLOAD = {
    "reply_to": "robin.vale@seller.example",
    "csm_name": "Robin Vale",
    "links": {"unsubscribe": "https://seatsignal.example/u/abc"},
}
HEADERS = [
    "From",
    "To",
    "Reply-To",
    "X-Seatsignal-Key",
    "Content-Language",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
]


def made(key: str = "k1", owner: str = "dana.quill@customer.example", **changes: object) -> Mail:
    """A mail; ``changes`` go into the body or the payload, wherever the field belongs."""
    body = {name: changes.get(name, value) for name, value in BODY.items()}
    payload = {name: changes.get(name, value) for name, value in PAYLOAD.items()}
    notice = Notice(
        key=key,
        destination="mail",
        kind="message",
        thread="t",
        account=7,
        template="failed_payment",
        owner=owner,
        payload=json.dumps(payload),
        body=json.dumps(body).encode(),
    )
    return mail(notice, SETTINGS, NOW)


def read(sent: Mail) -> EmailMessage:
    """The message as its recipient's program reads it."""
    message = message_from_bytes(re.sub(rb"(?m)^\.\.", b".", sent.lines), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_mail_in_full() -> None:
    sent = made()
    message = read(sent)
    assert message.keys() == HEADERS
    assert {name: message[name] for name in HEADERS[:-2]} == {
        "X-Seatsignal-Key": "k1",
        "Content-Language": "de-AT",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://seatsignal.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "From": "Lumen Works <success@seller.example>",
        "To": "dana.quill@customer.example",
        "Reply-To": "Robin Vale <robin.vale@seller.example>",
        "Subject": "Your payment of €9",
        "Date": "Wed, 20 Jan 2027 08:30:00 +0000",
        "Message-ID": message_id("k1", "seller.example"),
    }
    assert message.get_content_type() == "multipart/alternative"
    assert [piece.get_content_type() for piece in message.iter_parts()] == ["text/plain", "text/html"]
    assert (part(message, "plain"), part(message, "html")) == ("Hello, Grüße\n", "<p>Hello, Grüße</p>")
    assert sent.lines.isascii()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Robin Vale", "Robin Vale"),
        ("Robin B. Vale, Lumen", "Robin B. Vale, Lumen"),
        ("Röbin Vale", "Röbin Vale"),
        ('"Robin" <x@evil.example>', '"Robin" <x@evil.example>'),
        ("x@evil.example,", "x@evil.example,"),
        ("Vale " * 40, ("Vale " * 16).strip()),
        ("", ""),
    ],
)
def test_a_name_stays_a_name(name: str, shown: str) -> None:
    (reply_to,) = read(made(csm_name=name))["Reply-To"].addresses
    assert (reply_to.display_name, reply_to.addr_spec) == (shown, "robin.vale@seller.example")


def test_the_message_id_comes_from_the_key_alone() -> None:
    assert made("k1").message_id == made("k1", owner="else@customer.example").message_id
    assert made("k1").message_id != made("k2").message_id
    assert re.fullmatch(r"<[0-9a-f]{40}@seller\.example>", made().message_id)


def test_a_long_link_stays_in_one_piece() -> None:
    link = "https://seatsignal.example/u/" + "Ab1_-" * 120
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in made(links={"unsubscribe": link}).lines


@pytest.mark.parametrize(
    "subject",
    [
        "Plain words",
        "Ä" * 200,
        "\N{GRINNING FACE}" * 60,
        "plain and long " * 20,
        "=?utf-8?b?SGVsbG8=?=",
        " spaces at both ends ",
        "a=?b?c",
        "",
    ],
)
def test_a_subject_is_read_as_it_was_written_in_lines_that_are_short(subject: str) -> None:
    sent = made(subject=subject)
    assert str(read(sent)["Subject"]).strip() == subject.strip()
    header = sent.lines.split(b"Subject: ", 1)[1].split(b"\r\nDate:", 1)[0]
    assert all(len(line) <= 80 for line in header.split(b"\r\n"))


def test_a_body_that_states_no_language_has_no_header_of_it() -> None:
    assert "Content-Language" not in read(made(language=""))


@pytest.mark.parametrize(
    ("key", "header"),
    [
        ("csm/ACC-7/2027", "csm/ACC-7/2027"),
        ("csm/Zürich-7", "csm/Z%C3%BCrich-7"),
        ("a\r\nBcc: x@evil.example", "a%0D%0ABcc: x@evil.example"),
    ],
)
def test_any_key_is_one_header(key: str, header: str) -> None:
    message = read(made(key))
    assert message["X-Seatsignal-Key"] == header
    assert message.keys() == HEADERS


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://seatsignal.example/u/abc",
        "http://127.0.0.1.evil.example/u",
        "mailto:stop@seller.example",
        "javascript:alert(1)",
        "https://",
        "https:///u",
        "https://a.example/u>, <mailto:x@evil.example",
        "https://a.example/u\r\nBcc: x@evil.example",
        "https://a.example/ü",
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_a_mail_without_a_safe_way_to_unsubscribe_is_refused(link: str) -> None:
    with pytest.raises(Rejected) as caught:
        made(links={"unsubscribe": link})
    assert caught.value.reason == "no_unsubscribe_link"


def test_in_rehearsal_the_link_may_lead_to_this_machine() -> None:
    link = "http://127.0.0.1:8811/u/abc"
    assert read(made(links={"unsubscribe": link}))["List-Unsubscribe"] == f"<{link}>"


@pytest.mark.parametrize(
    ("owner", "recipient"),
    [
        ("dana@customer.example", "dana@customer.example"),
        ("Dana.O'Neil+x@customer.example", "Dana.O'Neil+x@customer.example"),
        ("dana@zürich.example", "dana@xn--zrich-kva.example"),
    ],
)
def test_recipients(owner: str, recipient: str) -> None:
    assert made(owner=owner).recipient == recipient


@pytest.mark.parametrize(
    "owner",
    [
        "",
        "dana",
        "@customer.example",
        "dana@",
        "dana@customer",
        "dana@customer.example, x@evil.example",
        "dana@customer.example\r\nBcc: x@evil.example",
        "Dana <dana@customer.example>",
        '"dana quill"@customer.example',
        "dänä@customer.example",
        "dana@[127.0.0.1]",
        "a" * 300 + "@customer.example",
    ],
)
def test_an_owner_that_is_no_address_is_refused(owner: str) -> None:
    with pytest.raises(Rejected) as caught:
        made(owner=owner)
    assert caught.value.reason == "invalid_recipient"
    assert "evil" not in f"{caught.value!r}{caught.value}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"language": "de\r\nBcc: x@evil.example"}, "header_unsafe"),
        ({"subject": "Hello\r\nBcc: x@evil.example"}, "header_unsafe"),
        ({"subject": "Hello\nX: y"}, "header_unsafe"),
        ({"subject": "Hello\x00"}, "header_unsafe"),
        ({"csm_name": "Robin\r\nBcc: x@evil.example"}, "header_unsafe"),
        ({"reply_to": "robin@seller.example\r\nBcc: x@evil.example"}, "invalid_reply_to"),
        ({"reply_to": "robin"}, "invalid_reply_to"),
        ({"subject": 7}, "body_unreadable"),
        ({"links": []}, "payload_unreadable"),
    ],
)
def test_what_would_break_a_header_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        made(**changes)
    assert caught.value.reason == reason
    assert caught.value.__context__ is None


@settings(max_examples=200)
@given(subject=ANYTHING, name=ANYTHING, key=ANYTHING, text=st.text(max_size=200))
def test_no_value_adds_a_header_or_a_part(subject: str, name: str, key: str, text: str) -> None:
    try:
        sent = made(f"k{key}", subject=subject, csm_name=name, text=text, html=f"<p>{text}</p>")
    except Rejected as refused:
        return assert_fair(refused, subject + name)
    message = read(sent)
    assert message.keys() == HEADERS
    assert [piece.get_content_type() for piece in message.iter_parts()] == ["text/plain", "text/html"]
    assert [address.addr_spec for address in message["To"].addresses] == ["dana.quill@customer.example"]
    assert [address.addr_spec for address in message["Reply-To"].addresses] == ["robin.vale@seller.example"]
    return None


def assert_fair(refused: Rejected, words: str) -> None:
    assert refused.reason in {"header_unsafe", "body_unreadable", "payload_unreadable"}
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", words)


@pytest.mark.parametrize(
    "text", [".", ".\n", "a\n.\nb", "a\r\n.\r\nMAIL FROM:<x@evil.example>\r\n", "a\r.\rb", "\n.\n", ".." * 80]
)
def test_no_text_ends_the_mail_early(text: str) -> None:
    lines = made(text=text, html=text).lines
    assert b"\r\n.\r\n" not in lines
    assert not lines.startswith(b".")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", lines)
    assert lines.endswith(b"\r\n")


@settings(max_examples=100)
@given(text=st.text(alphabet=st.sampled_from(".\r\n a€"), max_size=60))
def test_lines_are_whole_and_dots_doubled(text: str) -> None:
    lines = made(text=text, html=text).lines
    assert not re.search(rb"(?m)^\.(?!\.)", lines)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", lines)
