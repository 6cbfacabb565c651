import pytest

from health.identity import Candidate, Link, Refused, SourceAccount, resolve

ACME = Candidate(
    1,
    "acme",
    external_ids=frozenset({"cus_1"}),
    crm_ids=frozenset({"001"}),
    domains=frozenset({"acme.example"}),
    emails=frozenset({"Ada@acme.example", "ada@gmail.com"}),
)
TWIN = Candidate(
    2, "twin", domains=frozenset({"acme.example", "gmail.com"}), emails=frozenset({"ada@gmail.com"})
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SourceAccount("x", our_id="acme", crm_id="other"), Link(1, "our_id", "acme")),
        (SourceAccount("cus_1"), Link(1, "external_id", "cus_1")),
        (SourceAccount("x", crm_id="001"), Link(1, "crm_link", "001")),
        (
            SourceAccount("x", domain="acme.example", domain_verified=True),
            Refused("two", "verified_domain", (1, 2)),
        ),
        (SourceAccount("x", domain="acme.example"), Refused("none")),
        (SourceAccount("x", domain="GMAIL.com", domain_verified=True), Refused("none")),
        (
            SourceAccount("x", emails=frozenset({"ada@ACME.example"})),
            Link(1, "contact_email", "ada@acme.example"),
        ),
        (SourceAccount("x", emails=frozenset({"ada@gmail.com"})), Refused("none")),
        (SourceAccount(""), Refused("none")),
    ],
)
def test_the_ladder(source, expected):
    assert resolve(source, (ACME, TWIN)) == expected


def test_a_refusal_ends_the_climb():
    source = SourceAccount(
        "x", domain="acme.example", domain_verified=True, emails=frozenset({"ada@acme.example"})
    )
    assert resolve(source, (ACME, TWIN)) == Refused("two", "verified_domain", (1, 2))
