"""Changes at any time, pulls that are cut anywhere: after each whole pull all is as Chargebee has it."""

import random

import pytest

from health.records import Record, Subscription
from tests.integrations.chargebee.account import DAY, HOUR, Chargebee, seats_of
from tests.integrations.chargebee.made import CATALOGUE, NOW, Json
from tests.integrations.chargebee.site import NO_LIMIT, bought
from tests.rehearsal import Rehearsal

SOLD = 230
CHANGES = 900


def changed(chance: random.Random) -> list[Json]:
    """Versions of subscriptions that become larger, smaller, and deleted for good."""
    gone: set[int] = set()
    versions = [bought(number, 1, at_s=NOW - DAY) for number in range(SOLD)]
    for n, at_s in enumerate(sorted(chance.sample(range(NOW, NOW + 3 * DAY), CHANGES))):
        number = chance.randrange(SOLD)
        if number in gone:
            continue
        deleted = chance.random() < 0.02
        gone |= {number} if deleted else set()
        versions.append(bought(number, n, at_s=at_s, deleted=deleted))
    return versions


@pytest.mark.parametrize("seed", range(3))
def test_what_is_stored_is_what_chargebee_has_after_each_pull(sandbox: Rehearsal, seed: int) -> None:
    chance = random.Random(seed)
    versions = changed(chance)
    content = {"subscriptions": versions, "item_prices": list(CATALOGUE), "calls_per_minute": NO_LIMIT}
    chargebee = Chargebee(sandbox, content=content)
    stored: dict[str, int | None] = {}
    ended: set[str] = set()
    cut = 0
    while chargebee.at_s < NOW + 4 * DAY:
        for pages in chance.sample([1, 2, 3], chance.randrange(3)):
            found = chargebee.pull(pages)
            stored |= seats_of(found)
            ended |= gone(found)
            cut += 1
            chargebee.later(chance.randrange(HOUR))
        found = chargebee.pull()
        stored |= seats_of(found)
        ended |= gone(found)
        assert '"step":"rest"' in str(chargebee.cursor)
        began_s = int(str(chargebee.cursor).partition('"began_s":')[2].partition(",")[0])
        had = {each["id"]: each for each in versions if each["updated_at"] <= began_s}
        assert {
            name: stored[name] for name in had if not _newer(versions, name, began_s, chargebee.at_s)
        } == {
            name: each["subscription_items"][0]["quantity"]
            for name, each in had.items()
            if not _newer(versions, name, began_s, chargebee.at_s)
        }
        assert ended >= {name for name, each in had.items() if each.get("deleted")}
        chargebee.later(chance.randrange(HOUR, 9 * HOUR))
    assert cut


def gone(found: list[Record]) -> set[str]:
    return {r.subscription_id for r in found if isinstance(r, Subscription) and r.status == "cancelled"}


def _newer(versions: list[Json], name: str, since_s: int, until_s: float) -> bool:
    """Whether it changed after a cut pull began: the next one tells of that."""
    return any(each["id"] == name and since_s < each["updated_at"] <= until_s for each in versions)
