"""A letter states what both of its parts write, and nothing that one of them only asks for."""

import shutil
from pathlib import Path

import pytest

from templates.environment import FOLDER
from templates.stated import stated

MANDATORY = {"term_ends_on", "renews_on", "notice_by", "auto_renew", "seats", "price"}


def test_a_renewal_letter_states_what_a_rule_may_need() -> None:
    assert stated("renewal") >= MANDATORY


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"notice_by|day": '"?"', "way_out(notice_by)": "way_out(none)"}, {"notice_by"}),
        ({"notice_by|day": '"?"'}, set()),
        ({"{% if auto_renew %}": "{% if true %}"}, {"auto_renew"}),
    ],
)
@pytest.mark.parametrize("file", ["renewal.txt.j2", "renewal.html.j2"])
def test_what_a_part_asks_for_and_does_not_write_is_not_stated(
    tmp_path: Path, file: str, changes: dict[str, str], lacking: set[str]
) -> None:
    shutil.copytree(FOLDER / "email", tmp_path / "email")
    changed = tmp_path / "email" / file
    text = changed.read_text(encoding="utf-8")
    for right, wrong in changes.items():
        assert right in text
        text = text.replace(right, wrong)
    changed.write_text(text, encoding="utf-8")
    assert MANDATORY - stated("renewal", tmp_path) == lacking
