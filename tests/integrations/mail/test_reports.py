"""Reports of mail servers: what is read of which, and that no bytes at all break the reader."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.mail.reports import BOUNCED, COMPLAINED, DELAYED, REPORT_LIMIT, Report, reports
from integrations.mime import local_part
from tests.integrations.mail.reported import DANA, HARD, KEY, complaint, delivery

NOW = datetime(2026, 6, 2, tzinfo=UTC)
AT = datetime(2026, 6, 1, 6, tzinfo=UTC)


def found(mail: bytes) -> list[Report]:
    return reports(mail, NOW)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (HARD, BOUNCED),
        (HARD | {"Status": "5.1.10"}, BOUNCED),  # a domain that takes no mail
        (HARD | {"Status": "5.0.0"}, DELAYED),  # nobody says why
        (HARD | {"Status": "5.1.8"}, DELAYED),  # our own address was not liked
        (HARD | {"Status": "5.2.1 (disabled)"}, BOUNCED),
        (HARD | {"Action": "FAILED"}, BOUNCED),
        (HARD | {"Status": "5.2.2"}, DELAYED),  # a mailbox that is full
        (HARD | {"Status": "5.7.1"}, DELAYED),  # what we wrote, or from where, was not liked
        (HARD | {"Status": "4.2.1"}, DELAYED),
        (HARD | {"Action": "delayed", "Status": "4.4.7"}, DELAYED),
        (HARD | {"Action": "delivered", "Status": "2.0.0"}, None),
        (HARD | {"Action": ""}, None),
        (HARD | {"Final-Recipient": "rfc822; nobody"}, None),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_delivery(told, kind, whole):
    wanted = [Report(local_part(KEY), DANA, kind, AT)] if kind else []
    assert found(delivery(told, whole=whole)) == wanted


def test_whom_it_was_for_counts_beside_whom_it_came_to():
    forwarded = HARD | {
        "Final-Recipient": "rfc822; dq@elsewhere.example",
        "Original-Recipient": f"rfc822;{DANA}",
    }
    assert {each.address for each in found(delivery(forwarded))} == {DANA, "dq@elsewhere.example"}


def test_a_complaint_is_of_abuse_only():
    assert found(complaint()) == [Report(local_part(KEY), DANA, COMPLAINED, AT)]
    assert found(complaint(kind="not-spam")) == []


NONE = {
    "a letter": b"From: a@b.example\nSubject: hello\n\nhello\n",
    "nothing": b"",
    "an out-of-office": delivery(HARD).replace(b"multipart/report", b"multipart/mixed"),
    "of another's letter": delivery(HARD).replace(local_part(KEY).encode(), b"1234"),
    "without the letter": delivery(HARD).replace(b"message/rfc822", b"text/plain"),
}


@pytest.mark.parametrize("mail", NONE.values(), ids=NONE)
def test_any_other_mail_reports_nothing(mail):
    assert found(mail) == []


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("nonsense", NOW),
        ("Mon, 1 Jun 2026 08:00:00", datetime(2026, 6, 1, 8, tzinfo=UTC)),
        ("Mon, 1 Jun 2099 08:00:00 +0000", NOW),
        ("Mon, 99 Jun 20260 08:00:00 +9999", NOW),
    ],
)
def test_a_date_is_never_one_to_come(date, at):
    assert found(delivery(HARD, date=date))[0].at == at


def test_a_long_report_is_read_in_part():
    letter = b"Hello\n" * REPORT_LIMIT
    assert found(delivery(HARD).replace(b"Hello\n", letter))[0].kind == BOUNCED


MANY = st.lists(
    st.tuples(st.integers(0, 1200), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=5
)


@settings(max_examples=1_000)
@given(st.sampled_from([delivery(HARD), delivery(HARD, whole=False), complaint()]), MANY)
def test_no_bytes_break_it(mail, changes):
    for at, length, put in changes:
        mail = mail[:at] + put + mail[at + length :]
    for report in found(mail):
        assert report.at <= NOW + timedelta(0)
        assert "@" in report.address
