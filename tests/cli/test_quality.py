"""What a person reads of facts that cannot be so."""

from tests.cli.conftest import Seatsignal

ACCOUNTS = "account_id,name\na1,Ada Ltd\n"
TERMS = "subscription_id,account_id,term_start,term_end,seats\ns1,a1,2026-01-01,2025-01-01,-5\n"


def imported(seatsignal: Seatsignal, folder, terms: str) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "subscriptions.csv").write_text(terms)
    assert seatsignal("import", str(folder)).status == 0


def test_odd_facts_are_told_with_what_is_made_of_them(seatsignal: Seatsignal, tmp_path):
    (tmp_path / "odd").mkdir()
    imported(seatsignal, tmp_path / "odd", TERMS)
    lines = seatsignal("quality").out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == ["files", "files"]
    assert "seats or revenue below 0" in lines[1]
    assert lines[1].endswith("unknown, and so is how they changed")
    assert seatsignal("quality", "--json").document[0] == {
        "source": "files",
        "kind": "seats or revenue below 0",
        "rows": 1,
        "accounts": 1,
        "example": "a1",
    }
    assert seatsignal("quality", "stripe", "--json").document == []


def test_rows_of_a_file_that_could_not_be_read_are_told_after_the_import_too(
    seatsignal: Seatsignal, tmp_path
):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "accounts.csv").write_text(ACCOUNTS + "a1,Ada again\na2,Bea Ltd\n")
    assert seatsignal("import", str(tmp_path / "bad")).status == 3
    assert seatsignal("quality", "--json").document == [
        {"source": "files", "kind": "rows that could not be read", "rows": 1, "accounts": 0, "example": ""}
    ]


def test_sound_facts_are_told_in_a_line(seatsignal: Seatsignal, tmp_path):
    (tmp_path / "sound").mkdir()
    imported(seatsignal, tmp_path / "sound", TERMS.replace("2025", "2027").replace("-5", "5"))
    assert seatsignal("quality").out == "Nothing that cannot be so.\n"
