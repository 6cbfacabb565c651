"""Poison, a stop, letters cut off, a long table, and clocks that change; `make chaos` plays more of each."""

import pytest

from tests.chaos import cut, hours, pause, poison, rows, windows

pytestmark = pytest.mark.kill


def test_what_breaks_its_sender_is_put_aside_and_replayed_once(servers, crib, judge):
    judge(poison.poison(servers, crib, "sqlite", size=110))


def test_a_stop_stops_all_within_five_seconds(servers, crib, judge):
    judge(pause.pause(servers, crib, "sqlite", size=200))


def test_a_letter_that_is_cut_off_is_never_sent_twice_nor_lost_in_silence(servers, judge):
    judge(cut.cut(servers, each=1))


def test_a_table_whose_rows_come_late_is_known_whole_whoever_dies_pulling_it(servers, crib, judge):
    judge(rows.rows(servers, crib, size=20_000, kills=3, seed=1))


def test_each_renewal_window_is_news_once_whatever_clocks_do(judge):
    judge(windows.windows(seed=2, share=0.005))


def test_no_letter_leaves_out_of_hours_whatever_clocks_do(judge):
    judge(hours.hours(seed=2, share=0.005))
