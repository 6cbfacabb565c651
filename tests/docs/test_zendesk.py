"""The page of Zendesk names the fields, limits and reasons that its code has."""

import re

from integrations.zendesk import notes
from integrations.zendesk.fields import AT_RISK, FIELDS, PREFIX, TEXT_LIMIT
from integrations.zendesk.refusals import HOLDS_FOR_ALL
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.states import BATCH
from integrations.zendesk.writer import KEY
from sandbox.zendesk.jobs import MOST_JOBS
from tests.docs.pages import page
from worker.helpdesk import MOST_TICKETS

ZENDESK = page("integrations/zendesk.md")


def test_fields_are_those_that_are_made() -> None:
    said = ZENDESK.table("Fields", "key").pairs("key", "type")
    assert said == {each.key.removeprefix(PREFIX): each.type for each in FIELDS.values()}
    assert {AT_RISK, KEY} <= set(ZENDESK.code())


def test_limits_are_as_told() -> None:
    limits = ZENDESK.table("Limits", "limit").pairs("limit", "value")
    assert limits["organizations in a job, tickets looked at in one call"] == str(BATCH)
    assert limits["jobs that wait or work at a time"].startswith(f"{MOST_JOBS} ")
    assert limits["text of a field"].startswith(f"{TEXT_LIMIT:,} characters")
    writes = ZendeskSettings.model_fields["writes_per_minute"].default
    assert limits["calls of the destination (SEATSIGNAL_ZENDESK_WRITES_PER_MINUTE)"].startswith(f"{writes},")
    assert f"the newest {MOST_TICKETS} get one" in ZENDESK.text.replace("\n  ", " ")


def test_reasons_of_a_limit_and_of_a_note_that_is_too_late_are_told() -> None:
    rows = ZENDESK.table("Errors", "reason").column("reason")
    told = {word for cell in rows for word in re.findall(r"\w+", cell)}
    assert told >= (HOLDS_FOR_ALL - {"budget"}) | {notes.GONE, notes.DONE, notes.MOVED}
