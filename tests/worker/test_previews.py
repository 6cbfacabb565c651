"""Previews: every letter as an account would get it today, from its own facts; nothing is owed by that."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from config.links import LinkReader
from health.letters import LETTERS
from health.nudge_rules import (
    ActivationRule,
    ChampionRule,
    Feature,
    Material,
    NudgeRules,
    SpotlightRule,
    Step,
    TrainingRule,
    UpgradeRule,
    WelcomeRule,
)
from store.installation import secret
from store.tables import metadata
from templates.render import render
from tests import book
from tests.owed import rows
from worker.deployment import Deployment
from worker.previews import NOBODY, NoPreview, preview

RICH, POOR = "a7", "a8"
LINK = "https://help.seller.example/one"
ENGLISH = {"en": "Connect your data"}
OWN_WORDS = NudgeRules(
    welcome=WelcomeRule(LINK),
    finish_activation=ActivationRule((Step("connect", ENGLISH, ENGLISH, ENGLISH, 10, LINK),)),
    training_invitation=TrainingRule(ENGLISH, LINK, 45),
    upgrade_fits=UpgradeRule(LINK, ("starter",)),
    feature_spotlight=SpotlightRule((Feature("feature:alerts", ENGLISH, ENGLISH, 5, LINK),)),
    champion_material=ChampionRule((Material(ENGLISH, ENGLISH, LINK),)),
)
"""The words that a company must have written itself; no letter among them is due to `RICH`."""
FACTS = {
    "activation_steps": "account_id,step,at,outcome\na7,connect,2026-05-01T10:00:00Z,failed\n",
    "licences": "licence_id,account_id,status,product,expires_on\nl1,a7,active,Core,2027-01-31\n",
    "seats": "account_id,user_id\n" + "".join(f"a7,u{number}\n" for number in range(5)),
}
SUBJECTS = {
    "failed_payment": "Your payment of €100.00 to Lumen Works did not go through",
    "approaching_limit": "Account a7 uses 7 of 8 seats",
    "renewal": "Your Lumen Works subscription renews on August 31, 2027",
    "survey_activation": "How easy was it to get started with Lumen Works?",
    "survey_renewal": "How sure are you that you will go on with Lumen Works?",
    "survey_nps": "How likely are you to recommend Lumen Works to a colleague?",
    "welcome": "Welcome to Lumen Works",
    "finish_activation": "Account a7: Welcome, 1 step to begin with",
    "invite_team": "Account a7: 5 of 8 seats given out",
    "unused_seats": "Account a7: 7 of 8 paid seats in use",
    "training_invitation": "A training for your team: Connect your data",
    "upgrade_fits": "A larger plan may fit Account a7",
    "feature_spotlight": "Worth a look: Connect your data",
    "champion_material": "Something to share with your colleagues",
    "licence_expired": "Account a7: 1 licence expired on June 1, 2026",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The book in dry-run, of which one account has facts for every letter and none is owed one."""
    folder = tmp_path_factory.mktemp("previews")
    opened = book.deployment(f"sqlite:///{folder / 'day.sqlite3'}")
    files = book.write(folder / "day", news=True)
    for name, text in FACTS.items():
        (files / f"{name}.csv").write_text(text)
    people = files / "contacts.csv"
    more = [f"{RICH},{role}@{RICH}.customer.example,Kim Sol,{role}" for role in ("admin", "user", "champion")]
    people.write_text("\n".join([people.read_text().rstrip(), *more]) + "\n")
    usage = files / "usage.csv"
    header, *days = usage.read_text().splitlines()
    usage.write_text("\n".join([f"{header},rate_limit_hits", *(f"{day},2" for day in days)]) + "\n")
    book.judge_folder(opened, files, book.DAY)
    opened.nudges = OWN_WORDS
    yield opened
    opened.database.close()


def everything(deployment: Deployment) -> dict[str, list[tuple[object, ...]]]:
    """All that is stored, table by table."""
    with deployment.database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def seen(deployment: Deployment, letter: str, account: str = RICH) -> dict[str, Any]:
    with deployment.database.read() as connection:
        found = preview(deployment, connection, letter, account)
    return dict(json.loads(render(letter, found.payload, "", found.person_name)))


def test_the_table_has_every_letter() -> None:
    assert SUBJECTS.keys() == LETTERS.keys()


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_can_be_seen_before_it_is_owed_and_leaves_no_trace(
    judged: Deployment, letter: str
) -> None:
    assert not [row for row in rows(judged.database) if row.template == letter and RICH in row.key]
    before = everything(judged)
    words = seen(judged, letter)
    assert words["subject"] == SUBJECTS[letter]
    assert "Kim Sol" in words["text"] or letter == "failed_payment"
    assert everything(judged) == before


def test_the_foot_goes_by_the_role_in_which_somebody_is_written_to(judged: Deployment) -> None:
    assert "because you use Lumen Works at Account a7" in seen(judged, "survey_nps")["text"]
    assert "you are the billing contact of Account a7" in seen(judged, "failed_payment")["text"]
    assert "because you look after Account a7's account" in seen(judged, "renewal")["text"]


@pytest.mark.parametrize("letter", LETTERS)
def test_an_account_that_there_is_not_gets_every_letter(judged: Deployment, letter: str) -> None:
    assert "Harbour & Pine" in seen(judged, letter, account="")["text"]


@pytest.mark.parametrize("letter", LETTERS)
def test_whoever_follows_its_links_changes_nothing_for_the_customer(judged: Deployment, letter: str) -> None:
    with judged.database.read() as connection:
        content = json.loads(preview(judged, connection, letter, RICH).payload)
        reader = LinkReader(secret(connection))
    subject, _topic = reader.read_unsubscribe(content["links"]["unsubscribe"].rpartition("/")[2])
    followed = [subject, reader.read_preferences(content["links"]["preferences"].rpartition("/")[2])]
    if "answer" in content:
        followed.append(reader.read_survey(content["answer"].rpartition("/")[2]).subject)
    assert set(followed) == {NOBODY}


@pytest.mark.parametrize(
    ("letter", "lacks"),
    [
        ("invite_team", "how many seats were given out: seats.csv"),
        ("training_invitation", "how many seats were given out: seats.csv"),
        ("licence_expired", "a licence with the day on which it expires: licences.csv"),
        ("welcome", "a contact to write to (admin): contacts.csv"),
        ("champion_material", "a contact to write to (champion): contacts.csv"),
    ],
)
def test_what_is_missing_is_named_with_its_place(judged: Deployment, letter: str, lacks: str) -> None:
    with pytest.raises(NoPreview, match="--example") as refused:
        seen(judged, letter, POOR)
    assert lacks in str(refused.value)


@pytest.mark.parametrize("letter", ["welcome", "finish_activation", "training_invitation", "upgrade_fits"])
def test_words_that_only_the_company_can_write_are_asked_for(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch, letter: str
) -> None:
    monkeypatch.setattr(judged, "nudges", NudgeRules())
    with pytest.raises(NoPreview, match=f"your own words and links for it: `{letter}` in nudges.yaml"):
        seen(judged, letter)


def test_what_no_letter_can_be_made_without_is_named_all_at_once(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "links", None)
    with pytest.raises(NoPreview) as refused:
        seen(judged, "invite_team", POOR)
    assert [line.partition(":")[0].strip() for line in str(refused.value).splitlines()[1:-1]] == [
        "an address that its links lead to",
        "a contact to write to (admin)",
        "how many seats were given out",
    ]
