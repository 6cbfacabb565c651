import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from integrations.sql.statement import Statement


@pytest.mark.parametrize(
    "written",
    [
        "SELECT id AS account_id FROM accounts",
        "select 1;",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "VALUES ('a')",
        "SELECT updated_at, \"update\", `delete`, 'DROP; :x' FROM t -- ; delete :y\n",
        "SELECT a::date FROM t WHERE at >= :since",
        "SELECT $$ ; delete :z $$, $q$ :w $q$ FROM t",
        "SELECT 'it''s :quoted' /* ; :also */ FROM t WHERE :since <= at",
        "SELECT '12:30' FROM t",
    ],
)
def test_what_only_reads_is_taken(written: str) -> None:
    assert Statement(written).problem == ""


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT 1;; ", "more than one statement"),
        ("DELETE FROM accounts", "begin with SELECT"),
        ("", "begin with SELECT"),
        ("-- SELECT", "begin with SELECT"),
        ("EXPLAIN ANALYZE DELETE FROM a", "begin with SELECT"),
        ("WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone", "DELETE"),
        ("SELECT * INTO b FROM a", "INTO"),
        ("SELECT * FROM a FOR UPDATE", "UPDATE"),
        ("SELECT * FROM a) AS x; DROP TABLE a; --", "more than one statement"),
        ("SELECT * FROM a WHERE at >= :sinc", "did you mean :since"),
        ("SELECT * FROM a WHERE at > :since", ">= :since"),
        ("SELECT * FROM a WHERE :since < at", ">= :since"),
    ],
)
def test_what_writes_or_loses_rows_is_refused(written: str, says: str) -> None:
    assert says in Statement(written).problem


def test_since_within_quotes_is_text() -> None:
    statement = Statement("SELECT ':since', \":since\" FROM t -- :since\nWHERE at >= :since")
    assert statement.parameters == {"since"}
    assert statement.text.count("\\:since") == 3


WORDS = st.text(st.sampled_from(":$\\'\"a1_ \n;-*/%é`"), max_size=12)
QUOTES = (("'", "'"), ('"', '"'), ("$$", "$$"), ("$q$", "$q$"), ("/*", "*/"), ("-- ", "\n"))


@pytest.mark.parametrize(("begin", "end"), QUOTES)
@given(WORDS)
def test_whatever_is_quoted_arrives_as_it_is_and_binds_nothing(begin: str, end: str, words: str) -> None:
    inside = words.replace(begin, begin * 2) if begin == end and len(begin) == 1 else words.replace("$", "")
    inside = inside.replace("*/", "").replace("\n", "") if begin in {"/*", "-- "} else inside
    written = f"SELECT {begin}{inside}{end} FROM t WHERE at >= :since"  # noqa: S608 - it is the test
    statement = Statement(written)
    assert statement.parameters == {"since"}
    compiled = text(statement.text).compile()
    assert str(compiled) == written
    assert set(compiled.params) == {"since"}
