"""A template that would fail as a notice is worded is named before anything is sent."""

import shutil
from pathlib import Path

import pytest

from templates.checked import problems
from templates.environment import FOLDER

PARTS = ("email", "slack", "crm", "helpdesk")


def test_nothing_is_wrong_with_ours() -> None:
    assert problems() == ()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        (
            "email/renewal.txt.j2",
            "seats|number) }}",
            "seats|number }}",
            "templates/email/renewal.txt.j2:23: unexpected '}', expected ')'",
        ),
        (
            "email/renewal.txt.j2",
            "seats|number",
            "seats|numbers",
            "templates/email/renewal.txt.j2:23: there is no filter 'numbers'",
        ),
        (
            "email/renewal.txt.j2",
            "seats|number",
            "seatz|number",
            "templates/email/renewal.txt.j2: nothing gives it 'seatz'",
        ),
        (
            "email/base.html.j2",
            "{{ company_name }}",
            "{{ account_key }}",
            "templates/email/base.html.j2: nothing gives it 'account_key'",
        ),
        (
            "email/renewal.html.j2",
            "email/base.html.j2",
            "email/bass.html.j2",
            "templates/email/bass.html.j2: it is not there",
        ),
        ("slack/alert.j2", "{{ account_name", "{{ 1 + account_name", "Add is not for templates"),
    ],
)
def test_what_would_fail_is_named_with_its_place(
    tmp_path: Path, file: str, right: str, wrong: str, said: str
) -> None:
    for part in PARTS:
        shutil.copytree(FOLDER / part, tmp_path / part)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    (found,) = problems(tmp_path)
    assert said in found
