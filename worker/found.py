"""What a chunk found: verdicts, flags and notices, gathered account by account and stored at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from health.bands import RANK, worse
from health.corrections import Correction
from health.decide import Decision, Previous, decide
from health.features import Features, Pulse
from health.held import Held, held
from health.judge import judge
from health.letters import LETTERS, NUDGE
from health.nouns import Band, Flag, Notice
from health.overrides import Override, overridden
from health.peace import standing_with
from store import book, flags, incidents, outbox, states, verdicts
from store.book import Entry
from store.bulk import Row
from store.database import Connection
from store.runs import FULL, Chunk, Run, Tally
from worker import announce, ended, helpdesk, nudges, opportunities, peace, surveys
from worker.corrections import Decided, reviewed
from worker.deployment import Deployment
from worker.entries import entry
from worker.letters import Verdict
from worker.nudges import Nudging
from worker.records import record
from worker.stakes import Stakes


class Found:
    """The findings of one chunk of a run."""

    def __init__(
        self,
        deployment: Deployment,
        run: Run,
        pulse: Pulse,
        records: Mapping[str, Mapping[int, str]],
        overrides: Mapping[int, Override],
        *,
        stakes: Stakes,
        again: Mapping[int, bool] = MappingProxyType({}),
        nudging: Nudging | None = None,
        tickets: Mapping[int, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Start with nothing found.

        ``records`` are the accounts' ids in CRMs and the help desk, by its name and account, ``tickets`` the
        open ones in the help desk by account, newest first, ``overrides`` what was set by hand. Of
        the accounts in ``again`` days gone by were judged again (`worker.corrections.rescore`). ``nudging``
        is what letters by the calendar go by; `None` where none of them is sent.
        """
        self._deployment = deployment
        self._run = run
        self._pulse = pulse
        self._records = records
        self._overrides = overrides
        self._again = again
        self._stakes = stakes
        self._nudging = nudging
        self._tickets = tickets
        self._states: list[Notice] = []
        self._judged: list[Row] = []
        self._entries: list[Entry] = []
        self._flags: list[Flag] = []
        self._notices: list[Notice] = []
        self._held: dict[int, Held] = {}
        self._bands: dict[Band, list[int]] = defaultdict(list)
        self._worsened = 0

    def add(
        self,
        connection: Connection,
        row: Features,
        before: Previous | None,
        standing: Sequence[Flag],
    ) -> None:
        """Judge one account and keep what changed."""
        deployment, run = self._deployment, self._run
        policy = deployment.policy
        computed = judge(row, run.as_of, policy, self._pulse, deployment.workdays)
        assessment = overridden(computed, self._overrides.get(row.account))
        decision = decide(assessment, before, standing, policy, run.as_of, run.first, run.demoted)
        corrections: Mapping[str, Correction] = {}
        came_late = self._again.get(row.account)
        if standing and came_late is not None and (decision.flags or came_late):
            decided = Decided(run, assessment, decision, standing, came_late)
            decision, corrections = reviewed(deployment, connection, decided)
        priority = self._stakes.priority(assessment.facts)
        self._judged.append(verdicts.packed(run, computed))
        self._entries.append(entry(row, assessment, before, priority))
        self._flags += decision.flags
        waits = held(row, assessment, standing, policy, self._pulse, deployment.workdays)
        if waits:
            self._held[row.account] = waits
        known = before.known if before else ""
        self._worsened += worse(computed.band, known)
        if computed.band in RANK and computed.band != known:
            self._bands[computed.band].append(row.account)
        if decision.alerts or self._records or self._nudging is not None:
            records = self._records_of(row.account)
            flags_now = standing_with(standing, decision.flags)
            verdict = Verdict(run.id, row, assessment, before, records, corrections, priority, flags_now)
            self._tell(connection, verdict, decision)

    def _tell(self, connection: Connection, verdict: Verdict, decision: Decision) -> None:
        """Gather what is owed to people, and to the account's record in a CRM."""
        deployment = self._deployment
        told = list(announce.notices(deployment, connection, verdict, decision.alerts))
        self._notices += told
        if decision.flags:
            threads = {each.thread for each in told}
            self._notices += ended.notices(deployment, connection, verdict, decision.flags, threads)
        if self._nudging is not None:
            asked = list(surveys.notices(deployment, connection, verdict, self._nudging))
            helped = nudges.notices(deployment, connection, verdict, self._nudging, self._pulse)
            owed = (*asked, *(each for each in helped if not asked or LETTERS[each.template] != NUDGE))
            self._notices += (peace.owed(deployment, connection, verdict, letter) for letter in owed)
        if record_id := verdict.records.get(deployment.routes.record):
            self._states.append(record(deployment.routes.record, record_id, verdict))
        pipeline = deployment.routes.opportunities
        if self._run.kind == FULL and (record_id := verdict.records.get(pipeline)):
            self._states += opportunities.opportunities(pipeline, record_id, verdict)
        desk = deployment.routes.helpdesk
        if organization := verdict.records.get(desk):
            self._states.append(helpdesk.record(desk, organization, verdict))
            tickets = self._tickets.get(verdict.features.account, ())
            self._notices += helpdesk.notes(desk, organization, verdict, tickets, self._run.demoted)

    def _records_of(self, account: int) -> dict[str, str]:
        return {crm: ids[account] for crm, ids in self._records.items() if account in ids}

    def keep(self, connection: Connection, chunk: Chunk) -> Tally:
        """Store what was found and return what it adds to the run's totals."""
        verdicts.keep(connection, self._run, chunk.first_account, chunk.last_account, self._judged)
        verdicts.remember_bands(connection, self._bands)
        book.keep(connection, self._entries)
        incidents.hold(connection, self._run.id, chunk.first_account, chunk.last_account, self._held)
        flags.keep(connection, self._run.id, self._flags)
        owed = self._notices + states.unwritten(connection, self._states)
        outbox.plan(connection, self._run.id, owed)
        return Tally(len(self._judged), self._worsened)
