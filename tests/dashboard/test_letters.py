import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from store import subjects
from store.subjects import EVERYTHING
from templates.pages import TOPICS
from tests.dashboard.conftest import Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
WITHDRAWN = ("subject", "consent_withdrawn", "renewal")


def ticked(page: str) -> set[str]:
    """The ids of the boxes that are ticked."""
    boxes = re.findall(r"<input type=\"checkbox\"[^>]*>", page)
    return {re.findall(r'id="(\w+)"', box)[0] for box in boxes if " checked" in box}


def test_a_forged_link_does_not_wait_for_whoever_is_writing(shared_site: Site, http: requests.Session):
    with shared_site.database.write():
        answer = http.post(f"{shared_site.url}/u/forged", data=ONE_CLICK, timeout=10)
    assert answer.status_code == 404


def test_opening_the_link_changes_nothing(site: Site, http: requests.Session):
    link = site.links.unsubscribe(site.subject, "renewal")
    for method in ("GET", "HEAD", "GET"):
        assert http.request(method, link).status_code == 200
    page = http.get(link).text
    assert "Stop emails about renewals?" in page
    assert '<form method="post">' in page
    assert site.consents("renewal") == {"renewal": True}
    assert site.audited() == []


@pytest.mark.parametrize(
    ("reader", "tag", "words"),
    [
        ("de-AT,de;q=0.9", "de-AT", ("E-Mails zu Verlängerungen abbestellen?", "Abbestellt: ")),
        ("tlh, fr;q=0.4", "fr", ("Ne plus recevoir les e-mails", "Vous ne recevrez plus les e-mails")),
        ("es", "es", ("¿Dejar de recibir correos sobre renovaciones?", "Baja confirmada: correos")),
        ("tlh", "en", ("Stop emails about renewals?", "Stopped: emails about renewals")),
        ("\xff;q=\xb2, <b>", "en", ("Stop emails about renewals?", "Stopped: emails about renewals")),
    ],
)
def test_a_page_is_in_the_language_of_the_browser(
    site: Site, http: requests.Session, reader: str, tag: str, words: tuple[str, str]
):
    asked, done = words
    http.headers["Accept-Language"] = reader.encode("latin-1")
    link = site.links.unsubscribe(site.subject, "renewal")
    page = http.get(link).content.decode()
    assert f'<html lang="{tag}" dir="ltr">' in page
    assert asked in page
    preferences = site.links.preferences(site.subject)
    assert f'<html lang="{tag}"' in http.get(preferences).text
    assert f'<html lang="{tag}"' in http.post(preferences, data={"save": "yes"}).text
    assert done in http.post(link, data=ONE_CLICK).content.decode()
    assert f'<html lang="{tag}"' in http.get(f"{site.url}/u/forged").text
    assert site.consents("renewal") == {"renewal": False}


def test_one_click_withdraws_consent_for_that_topic_once(site: Site, http: requests.Session):
    link = site.links.unsubscribe(site.subject, "renewal")
    for _ in range(2):
        answer = http.post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "Stopped: emails about renewals" in answer.text
    assert site.consents("renewal", "failed_payment") == {"renewal": False, "failed_payment": True}
    assert site.audited() == [WITHDRAWN]


def test_consent_withdrawn_holds_for_one_person_alone(site: Site, http: requests.Session):
    http.post(site.links.unsubscribe(site.subject, "renewal"), data=ONE_CLICK)
    with site.database.read() as connection:
        assert subjects.consents_to(connection, "another", "renewal")


@pytest.mark.parametrize(
    ("topic", "words", "left"),
    [
        (EVERYTHING, "all our emails", {"renewal": False, "failed_payment": False, "of_the_past": False}),
        (
            "of_the_past",
            "emails of this kind",
            {"renewal": True, "failed_payment": True, "of_the_past": False},
        ),
    ],
)
def test_links_for_all_topics_and_for_one_that_is_no_more(
    site: Site, http: requests.Session, topic: str, words: str, left: Mapping[str, bool]
):
    link = site.links.unsubscribe(site.subject, topic)
    assert f"Stop {words}?" in http.get(link).text
    assert f"Stopped: {words}" in http.post(link, data=ONE_CLICK).text
    assert site.consents(*left) == left


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b"", ""),
        (b"\x00\xff not a form", "multipart/form-data"),
        (b'{"List-Unsubscribe": null}', "application/json"),
    ],
    ids=["form", "multipart", "empty", "broken multipart", "json"],
)
def test_any_post_to_the_link_is_the_click(shared_site: Site, http: requests.Session, body: bytes, kind: str):
    subject = f"posted-{len(body)}"
    link = shared_site.links.unsubscribe(subject, "renewal")
    answer = http.post(link, data=body, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 200
    with shared_site.database.read() as connection:
        assert not subjects.consents_to(connection, subject, "renewal")


def test_many_clicks_at_once_are_all_answered(site: Site):
    link = site.links.unsubscribe(site.subject, "renewal")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: requests.post(link, data=ONE_CLICK, timeout=20).status_code, range(24))
        )
    assert answers == [200] * 24
    assert site.consents("renewal") == {"renewal": False}


def test_the_preferences_show_everything_ticked_at_first(site: Site, http: requests.Session):
    page = http.get(site.links.preferences(site.subject)).text
    assert ticked(page) == set(TOPICS)
    assert all(words.name in page and words.about in page for words in TOPICS.values())
    assert site.audited() == []


def test_preferences_are_kept_shown_again_and_audited(site: Site, http: requests.Session):
    link = site.links.preferences(site.subject)
    for _ in range(2):
        saved = http.post(link, data={"save": "yes", "topic": ["failed_payment"]})
        assert saved.status_code == 200
        assert "Saved." in saved.text
    assert ticked(saved.text) == ticked(http.get(link).text) == {"failed_payment"}
    assert site.consents(*TOPICS) == {topic: topic == "failed_payment" for topic in TOPICS}
    withdrawn = (("subject", "consent_withdrawn", topic) for topic in TOPICS if topic != "failed_payment")
    assert sorted(site.audited()) == sorted(withdrawn)
    assert WITHDRAWN in site.audited()


def test_nothing_at_all_overrides_every_topic_and_can_be_taken_back(site: Site, http: requests.Session):
    link = site.links.preferences(site.subject)
    for _ in range(2):
        refused = http.post(link, data={"save": "yes", "topic": ["renewal"], "nothing": "yes"})
    assert ticked(refused.text) == {"nothing"}
    assert site.consents("renewal", "a_letter_of_the_future") == {
        "renewal": False,
        "a_letter_of_the_future": False,
    }
    taken_back = http.post(link, data={"save": "yes", "topic": ["renewal"]})
    assert ticked(taken_back.text) == {"renewal"}
    assert site.consents(*TOPICS) == {topic: topic == "renewal" for topic in TOPICS}
    assert site.audited() == [
        ("subject", "consent_withdrawn", EVERYTHING),
        ("subject", "consent_given", EVERYTHING),
        *(("subject", "consent_withdrawn", topic) for topic in TOPICS if topic != "renewal"),
    ]


def test_what_was_unsubscribed_can_be_ticked_again(site: Site, http: requests.Session):
    http.post(site.links.unsubscribe(site.subject, "renewal"), data=ONE_CLICK)
    link = site.links.preferences(site.subject)
    assert "renewal" not in ticked(http.get(link).text)
    http.post(link, data={"save": "yes", "topic": list(TOPICS)})
    assert site.consents("renewal") == {"renewal": True}
    assert site.audited() == [WITHDRAWN, ("subject", "consent_given", "renewal")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b"topic=renewal", "application/x-www-form-urlencoded"),
        (b"save=no", "application/x-www-form-urlencoded"),
        (b"save=yes&nothing=maybe", "application/x-www-form-urlencoded"),
        (b"save=yes", "text/plain"),
        (b'{"save": "yes"}', "application/json"),
        (b"\x00\xff", "multipart/form-data"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="save"; filename="a"\r\n\r\nyes\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (
            b"save=yes&" + b"&".join(b"topic=%d" % n for n in range(2_000)),
            "application/x-www-form-urlencoded",
        ),
    ],
    ids=[
        "empty",
        "not saved",
        "wrong button",
        "wrong box",
        "text",
        "json",
        "no boundary",
        "broken",
        "a file",
        "too many",
    ],
)
def test_a_form_that_cannot_be_read_changes_nothing(
    shared_site: Site, http: requests.Session, body: bytes, kind: str
):
    subject = "careful"
    answer = http.post(
        shared_site.links.preferences(subject), data=body, headers={"Content-Type": kind} if kind else {}
    )
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    with shared_site.database.read() as connection:
        assert all(subjects.consents_to(connection, subject, topic) for topic in TOPICS)


def test_topics_that_are_not_ours_are_passed_over(site: Site, http: requests.Session):
    hostile = ["everything", "' OR 1=1 --", "<script>", "\x00", "a" * 5_000]
    answer = http.post(
        site.links.preferences(site.subject), data={"save": "yes", "topic": [*TOPICS, *hostile]}
    )
    assert answer.status_code == 200
    assert ticked(answer.text) == set(TOPICS)
    assert site.audited() == []
    assert "<script>" not in answer.text


def test_no_page_names_anyone(site: Site, http: requests.Session):
    with site.database.write() as connection:
        token = subjects.remember(connection, {"ann@customer.example": "Ann Example"})["ann@customer.example"]
    unsubscribe, preferences = site.links.unsubscribe(token, "renewal"), site.links.preferences(token)
    pages = [
        http.get(unsubscribe),
        http.post(unsubscribe),
        http.get(preferences),
        http.post(preferences, data={"save": "yes"}),
    ]
    for page in pages:
        assert not re.search(rf"ann|customer\.example|{token}", page.text, re.IGNORECASE)


def test_a_link_with_another_persons_subject_is_refused(site: Site, http: requests.Session):
    mine = site.links.unsubscribe(site.subject, "renewal")
    theirs = mine.replace(site.subject, "f" * 24)
    assert mine != theirs
    assert http.post(theirs, data=ONE_CLICK).status_code == 404
    assert http.post(mine.replace("renewal", EVERYTHING), data=ONE_CLICK).status_code == 404
    assert http.post(mine.replace("/u/", "/p/"), data={"save": "yes"}).status_code == 404
