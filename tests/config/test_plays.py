from config.plays import load_plays
from config.policy import load

ALERTS = {"renewal_window", "expansion", "band"}


def test_every_signal_has_a_play_and_every_play_a_signal():
    assert set(load_plays()) == set(load().signals) | ALERTS


def test_every_play_has_three_steps_and_something_to_say():
    for play in load_plays().values():
        assert (len(play.steps), len(play.talking_points) >= 1) == (3, True)
        assert play.owner_role in {"csm", "sales", "support", "billing", "licensing"}
