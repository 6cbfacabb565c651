"""Families of accounts, from what sources state and the latest verdicts; made only where somebody asks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from health.family import Family, Kin, Member, Tree, family, tree
from health.figures.money import Exchange
from health.policy import Policy
from store import families, reviews, verdicts
from store.database import Connection
from store.families import Parents
from store.verdicts import Verdict
from worker.review import digits


class Families:
    """All families at once, so that a list of accounts asks for parents and rates only once."""

    def __init__(self, connection: Connection, policy: Policy) -> None:
        """Read who is below whom."""
        self._connection = connection
        self._policy = policy
        self._parents: Parents = families.parents(connection)
        self._tree: Tree = tree(self._parents.found)
        self._exchange: Exchange | None = None

    def of(self, listed: Sequence[Verdict]) -> Mapping[str, Kin]:
        """Return where the accounts of a list stand, by key; those without any family are left out."""
        concerned = {*self._parents.found, *self._parents.missing, *self._parents.found.values()}
        some = [each for each in listed if each.assessment.account in concerned]
        if not some:
            return {}
        book = self._read(sorted(concerned))
        return {each.key: self.kin(each, book) for each in some}

    def kin(self, found: Verdict, book: Mapping[int, Verdict] | None = None) -> Kin:
        """Return where an account stands; ``book`` are verdicts by account, read where it is not given."""
        account = found.assessment.account
        below = self._tree.below(account)
        in_circle = account in self._tree.circles
        parent = None if in_circle else self._parents.found.get(account)
        wanted = [*below, *([] if parent is None else [parent])]
        known = book if book is not None else self._read(wanted)
        above = known.get(parent) if parent is not None else None
        children = [known[each] for each in below if each in known]
        return Kin(
            family=self._family(found, children) if children else None,
            parent=above.key if above else "",
            parent_name=_name(above) if above else "",
            missing=self._parents.missing.get(account, ""),
            in_circle=in_circle,
        )

    def _read(self, ids: Sequence[int]) -> Mapping[int, Verdict]:
        if not ids:
            return {}
        return {each.assessment.account: each for each in verdicts.latest(self._connection, ids)}

    def _family(self, found: Verdict, children: Sequence[Verdict]) -> Family:
        currency, day = _currency([found, *children]), found.assessment.as_of
        members = [self._member(each, currency, day) for each in (found, *children)]
        return family(members[0], members[1:], currency, self._policy.bands, self._policy.family_material)

    def _member(self, verdict: Verdict, currency: str, day: date) -> Member:
        now, minor = verdict.assessment, verdict.assessment.facts.get("mrr_minor")
        code = str(now.facts.get("currency") or "")
        whole = minor if isinstance(minor, int) and code else None
        if whole is not None and code != currency:
            whole = self._rates().minor(whole, code, currency, day)
        return Member(verdict.key, _name(verdict), now.band, now.score.points, whole)

    def _rates(self) -> Exchange:
        if self._exchange is None:
            rates = reviews.rates(self._connection)
            self._exchange = Exchange(rates, digits(rates))
        return self._exchange


def _currency(members: Iterable[Verdict]) -> str:
    """Return the currency of most of them; of as many that of the first."""
    codes = [str(each.assessment.facts.get("currency") or "") for each in members]
    return next((code for code, _ in Counter(code for code in codes if code).most_common(1)), "")


def _name(verdict: Verdict) -> str:
    return str(verdict.assessment.facts.get("name") or verdict.key)
