"""What is kept of a password tells nobody what it was, and a try costs what it should."""

import pytest

from dashboard import passwords
from tests.dashboard.conftest import COST

SPOKEN = "correct horse battery"


@pytest.fixture
def _as_shipped(monkeypatch):
    monkeypatch.setattr(passwords, "N", COST)


@pytest.mark.usefixtures("_as_shipped")
def test_a_try_takes_32_mib_and_what_is_kept_says_so():
    kept = passwords.hashed(SPOKEN)
    assert kept.startswith("scrypt$32768$8$1$")
    assert passwords.fits(SPOKEN, kept)


@pytest.mark.parametrize("said", ["", SPOKEN + ".", SPOKEN.upper(), " " + SPOKEN])
def test_another_password_does_not_fit(said):
    assert not passwords.fits(said, passwords.hashed(SPOKEN))


def test_what_is_kept_of_one_password_twice_differs():
    assert passwords.hashed(SPOKEN) != passwords.hashed(SPOKEN)


@pytest.mark.parametrize("kept", ["", passwords.NOBODY])
def test_nothing_fits_where_nothing_is_kept(kept):
    assert not passwords.fits("", kept)
    assert not passwords.fits(SPOKEN, kept)


def test_whoever_is_unknown_is_looked_at_for_as_long_as_anybody():
    assert passwords.NOBODY.split("$")[:4] == passwords.hashed(SPOKEN).split("$")[:4]
