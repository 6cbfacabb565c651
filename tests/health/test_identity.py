import pytest

from health.identity import Link, Name, Refused, resolve

ACME, TWIN = 1, 2
BOOK = {
    ACME: {
        Name("our_id", "acme"),
        Name("stripe", "cus_1"),
        Name("hubspot", "001"),
        Name("domain", "acme.example"),
        Name("contact_email", "t1"),
        Name("contact_email", "t2"),
    },
    TWIN: {
        Name("our_id", "twin"),
        Name("domain", "acme.example"),
        Name("domain", "gmail.com"),
        Name("domain", "twin.example"),
        Name("contact_email", "t2"),
    },
}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({("our_id", "acme"), ("hubspot", "999")}, Link(ACME, "our_id", "our_id acme")),
        ({("stripe", "cus_1")}, Link(ACME, "external_id", "stripe cus_1")),
        ({("hubspot", "001")}, Link(ACME, "crm_link", "hubspot 001")),
        ({("hubspot", "cus_1")}, Refused("none")),
        ({("domain", "acme.example")}, Refused("two", "verified_domain", (ACME, TWIN))),
        ({("domain", "gmail.com")}, Refused("none")),
        ({("domain", "twin.example")}, Link(TWIN, "verified_domain", "domain twin.example")),
        ({("domain", "eu.twin.example")}, Refused("none")),
        ({("contact_email", "t1")}, Link(ACME, "contact_email", "contact_email t1")),
        ({("contact_email", "t2")}, Refused("two", "contact_email", (ACME, TWIN))),
        (
            {("contact_email", "t1"), ("domain", "twin.example")},
            Link(TWIN, "verified_domain", "domain twin.example"),
        ),
        (
            {("contact_email", "t1"), ("domain", "acme.example")},
            Refused("two", "verified_domain", (ACME, TWIN)),
        ),
        ({("contact_email", "cus_1")}, Refused("none")),
        ({("stripe", "cus_1"), ("our_id", "twin")}, Link(TWIN, "our_id", "our_id twin")),
        ({("our_id", "")}, Refused("none")),
        (set(), Refused("none")),
    ],
)
def test_the_ladder(names, expected):
    assert resolve({Name(*name) for name in names}, BOOK) == expected


def test_a_refusal_ends_the_climb():
    both = {ACME: {Name("stripe", "s"), Name("domain", "a.example")}, TWIN: {Name("stripe", "s")}}
    names = {Name("stripe", "s"), Name("domain", "a.example")}
    assert resolve(names, both) == Refused("two", "external_id", (ACME, TWIN))
