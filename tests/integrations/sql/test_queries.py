from pathlib import Path

import pytest

from integrations.errors import Misconfigured
from integrations.sql.queries import asked

SINCE = "SELECT 1 AS account_id, 2 AS at WHERE 2 >= :since"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("tickts: {query: SELECT 1}", "did you mean tickets"),
        ("tickets: {qery: SELECT 1}", "did you mean 'query'"),
        ("tickets: {query: DELETE FROM a}", "SELECT"),
        (f"tickets: {{query: '{SINCE}'}}", "needs `since`"),
        (f"tickets: {{query: '{SINCE}', watermark: at}}", "needs `since`"),
        (f"tickets: {{query: '{SINCE}', watermark: at, since: 0, complete: true}}", "cannot be complete"),
        ("tickets: {query: SELECT 1, watermark: at}", "say"),
        ("usage: {query: SELECT 1, complete: true}", "holds days"),
        ("{}", "no query"),
        ("- 1", "queries.yaml"),
        (": :", "YAML"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "queries.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(Misconfigured) as met:
        asked(path)
    assert met.value.reason == "queries_invalid"
    assert says in str(met.value)
    assert "SEATSIGNAL_SQL_QUERIES" in str(met.value)


def test_a_file_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"absent\.yaml"):
        asked(tmp_path / "absent.yaml")


def test_accounts_come_first(tmp_path: Path) -> None:
    path = tmp_path / "queries.yaml"
    path.write_text("tickets: {query: SELECT 1}\naccounts: {query: SELECT 1}", encoding="utf-8")
    assert [one.shape.name for one in asked(path)] == ["accounts", "tickets"]
