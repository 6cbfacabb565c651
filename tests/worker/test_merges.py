"""A pull lets what its system has merged follow the record that is left."""

from sqlalchemy import select

from health.records import Account, Identifier, Record
from integrations.roles import Page
from integrations.vitals import Vitals
from store.tables import accounts, links, source_accounts
from worker.pipeline import pull


class Pages:
    """A source that has one page."""

    vitals = Vitals()

    def __init__(self, *records: Record) -> None:
        self._records = records

    def check(self) -> None:
        """Always well."""

    def pull(self, cursor: str | None):
        yield Page(self._records, f"{cursor or ''}.")

    def close(self) -> None:
        """Nothing is open."""


def test_a_pull_lets_merged_records_follow(deployment_on_both):
    deployment = deployment_on_both
    names = [Identifier(each, "our_id", key) for each, key in (("1", "acme"), ("2", "zeta"))]
    for source, records in (
        ("stripe", [Account("acme"), Account("zeta")]),
        ("hubspot", [Account("1"), Account("2"), *names]),
        ("hubspot", [Account("1"), Identifier("1", "hubspot", "2")]),
    ):
        deployment.use_source(source, Pages(*records))
        assert pull(deployment, source).failure == ""
    query = select(accounts.c.key, links.c.rule).join_from(links, accounts, accounts.c.id == links.c.account)
    query = query.join(source_accounts, source_accounts.c.id == links.c.source_account)
    query = query.where(source_accounts.c.external_id == "2", links.c.to_batch.is_(None))
    with deployment.database.read() as connection:
        assert connection.execute(query).all() == [("acme", "merged")]
