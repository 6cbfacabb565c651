"""Notes: what colleagues say to each other about an account."""

import re

import pytest
from sqlalchemy import select

from store.erasure import ERASED, erase
from store.tables import notes
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, address

PAGE = f"/accounts/{LEAVING}"


def kept(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(notes.c.actor, notes.c.words))]


def test_everybody_who_sees_the_account_reads_who_said_what(own_desk: Desk):
    answer = own_desk.browser("sales").post(f"{PAGE}/notes", words="  They  move\nto a new <office> ")

    assert "Others read it here" in answer.text
    assert kept(own_desk) == [(address("sales"), "They move to a new <office>")]
    page = own_desk.browser("support").get(PAGE).text
    assert re.search(rf"{address('sales')}</td>\s*<td>They move to a new &lt;office&gt;</td>", page)
    assert "Write a note" not in page
    assert "They move" not in own_desk.browser("support").get("/accounts/a5").text


def test_one_s_own_can_be_taken_back_and_no_other(own_desk: Desk):
    own, other = own_desk.browser("csm"), own_desk.browser("admin")
    own.post(f"{PAGE}/notes", words="On holiday until June")
    number = re.search(r'<option value="(\d+)">On holiday', own.get(PAGE).text)
    assert number

    assert "no note of yours" in other.post(f"{PAGE}/notes/delete", note=number[1]).text
    assert "no note of yours" in own.post("/accounts/a5/notes/delete", note=number[1]).text
    assert "The note is gone." in own.post(f"{PAGE}/notes/delete", note=number[1]).text
    assert kept(own_desk) == []


@pytest.mark.parametrize("words", ["", " \n ", "x" * 1_001])
def test_a_note_says_something_and_not_too_much(desk: Desk, words: str):
    assert "A note has 1 to" in desk.browser("csm").post(f"{PAGE}/notes", words=words).text
    assert kept(desk) == []


def test_nobody_writes_about_what_they_may_not_see(own_desk: Desk):
    assert own_desk.browser("own").post(f"{PAGE}/notes", words="x").status_code == 404
    assert kept(own_desk) == []


def test_a_person_who_is_erased_leaves_the_notes_too(own_desk: Desk):
    own_desk.browser("csm").post(f"{PAGE}/notes", words="Write to Dana.Roe@customer.example first")

    erase(own_desk.database, "dana.roe@customer.example", "a test")

    assert kept(own_desk) == [(address("csm"), f"Write to {ERASED} first")]
