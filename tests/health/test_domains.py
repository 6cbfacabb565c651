import pytest

from health.domains import is_anyones, spelled, with_spelled_domain
from health.records import Account, Identifier, Ticket


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("acme.example", "acme.example"),
        (" Acme.EXAMPLE. ", "acme.example"),
        ("www.acme.example", "acme.example"),
        ("WWW.Acme.example", "acme.example"),
        ("wwwacme.example", "wwwacme.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("acme..example", "acme..example"),
        ("", ""),
    ],
)
def test_a_domain_has_one_spelling(said: str, expected: str) -> None:
    assert spelled(said) == expected
    assert spelled(expected) == expected


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "web.de", "t-online.de", "orange.fr", "libero.it", "seznam.cz", "wp.pl", "mail.ru",
        "qq.com", "naver.com", "docomo.ne.jp", "uol.com.br", "bigpond.net.au", "btinternet.com",
        "yahoo.com", "yahoo.fr", "yahoo.co.uk", "yahoo.com.br", "hotmail.de", "live.co.uk", "outlook.fr",
        "gmx.at", "yandex.ru", "uk.yahoo.com",
        "mailinator.com", "anything.mailinator.com", "mail.web.de",
        "myshopify.com", "onmicrosoft.com", "github.io",
        "co.uk", "com.au", "com.br", "gv.at", "uk",
        "localhost", "", "acme..example", ".example", "127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_anyones_tells_nobody_s_account(domain: str) -> None:
    assert is_anyones(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "acme.example", "acme.co.uk", "shop.acme.example", "acme.myshopify.com", "acme.onmicrosoft.com",
        "gmail.acme.example", "notgmail.com", "web.design", "yahoo-partners.example", "outlook.acme.com",
        "xn--bcher-kva.example", "co.example", "live.acme.co.uk",
    ],
)  # fmt: skip
def test_what_is_somebody_s_own_does(domain: str) -> None:
    assert not is_anyones(domain)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Account("1", domain="WWW.Acme.Example"), Account("1", domain="acme.example")),
        (Account("1", domain="."), Account("1")),
        (Account("1"), Account("1")),
        (Identifier("1", "domain", "Acme.Example."), Identifier("1", "domain", "acme.example")),
        (Identifier("1", "stripe", "WWW.Cus"), Identifier("1", "stripe", "WWW.Cus")),
        (Ticket("t1", "1", 1), Ticket("t1", "1", 1)),
    ],
)
def test_records_say_a_domain_in_one_spelling(record, expected) -> None:
    assert with_spelled_domain(record) == expected
