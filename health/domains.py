"""Domains: how one is spelled, and which are anyone's, so that they tell nobody's account.

A domain counts for itself alone: ``shop.acme.example`` says nothing of ``acme.example``, since only a list of
all registries could tell such a name from ``acme.co.uk``. To refuse too much costs a link that a person
makes; to refuse too little mixes two customers' facts.
"""

from contextlib import suppress

from health.records import Account, Identifier, Record

DOMAIN = "domain"
"""The kind of an `Identifier` that is a domain."""

MAILBOXES = frozenset(
    {
        # worldwide
        "aol.com", "duck.com", "fastmail.com", "fastmail.fm", "gmail.com", "googlemail.com", "hey.com",
        "hushmail.com", "icloud.com", "inbox.com", "mac.com", "mail.com", "me.com", "msn.com", "passport.com",
        "pm.me", "proton.me", "protonmail.ch", "protonmail.com", "rocketmail.com", "tutanota.com", "tuta.com",
        "tuta.io", "tutamail.com", "ymail.com", "zohomail.com", "zoho.com",
        # German, Austrian, Swiss
        "aon.at", "arcor.de", "bluewin.ch", "chello.at", "email.de", "freenet.de", "hispeed.ch", "mail.de",
        "mailbox.org", "online.de", "posteo.de", "posteo.net", "sunrise.ch", "t-online.de", "vodafone.de",
        "web.de",
        # French, Belgian, Dutch
        "bbox.fr", "free.fr", "hetnet.nl", "home.nl", "kpnmail.nl", "laposte.net", "neuf.fr",
        "numericable.fr", "orange.fr", "planet.nl", "proximus.be", "sfr.fr", "skynet.be", "telenet.be",
        "voila.fr", "wanadoo.fr", "xs4all.nl", "ziggo.nl",
        # Italian, Spanish, Portuguese
        "alice.it", "iol.pt", "libero.it", "mail.pt", "sapo.pt", "telefonica.net", "tim.it", "tin.it",
        "tiscali.it", "virgilio.it",
        # British, Irish, Nordic
        "blueyonder.co.uk", "bredband.net", "btinternet.com", "btopenworld.com", "eircom.net", "luukku.com",
        "ntlworld.com", "online.no", "sky.com", "talktalk.net", "telia.com", "tele2.se", "tiscali.co.uk",
        "virginmedia.com",
        # Eastern European, Turkish
        "abv.bg", "azet.sk", "bk.ru", "centrum.cz", "centrum.sk", "email.cz", "freemail.hu", "inbox.lv",
        "inbox.ru", "interia.pl", "list.ru", "mail.bg", "mail.ee", "mail.ru", "mynet.com", "o2.pl", "onet.pl",
        "op.pl", "post.cz", "rambler.ru", "seznam.cz", "ukr.net", "wp.pl", "ya.ru", "zoznam.sk",
        # Asian, Australian
        "126.com", "139.com", "163.com", "bigpond.com", "bigpond.net.au", "daum.net", "docomo.ne.jp",
        "ezweb.ne.jp", "foxmail.com", "hanmail.net", "iinet.net.au", "naver.com", "nifty.com",
        "optusnet.com.au", "qq.com", "rediffmail.com", "sina.com", "sohu.com", "xtra.co.nz", "yeah.net",
        # American
        "att.net", "bell.net", "bellsouth.net", "bol.com.br", "comcast.net", "cox.net", "earthlink.net",
        "globo.com", "ig.com.br", "juno.com", "rogers.com", "sbcglobal.net", "shaw.ca", "sympatico.ca",
        "terra.com.br", "uol.com.br", "verizon.net", "videotron.ca",
    }
)  # fmt: skip
"""Where anyone may have a mailbox."""

FAMILIES = frozenset({"gmx", "hotmail", "live", "outlook", "yahoo", "yandex"})
"""Mailboxes for anyone under the ending of any country: ``yahoo.co.uk``."""

DISPOSABLE = frozenset(
    {
        "10minutemail.com", "anonaddy.com", "discard.email", "dispostable.com", "emailondeck.com",
        "fakeinbox.com", "getnada.com", "grr.la", "guerrillamail.com", "guerrillamail.de", "maildrop.cc",
        "mailinator.com", "mailnesia.com", "mintemail.com", "mohmal.com", "moakt.com", "mytemp.email",
        "sharklasers.com", "simplelogin.com", "spamgourmet.com", "temp-mail.org", "tempmail.com",
        "tempmailo.com", "throwawaymail.com", "trashmail.com", "trashmail.de", "yopmail.com", "yopmail.fr",
    }
)  # fmt: skip
"""Mailboxes to throw away, and those that stand before another."""
_MAILBOXES = MAILBOXES | DISPOSABLE

SHARED = frozenset(
    {
        "azurewebsites.net", "blogspot.com", "cloudfront.net", "facebook.com", "github.io", "gitlab.io",
        "herokuapp.com", "instagram.com", "linkedin.com", "linktr.ee", "myshopify.com", "netlify.app",
        "notion.site", "onmicrosoft.com", "pages.dev", "sites.google.com", "squarespace.com", "vercel.app",
        "webflow.io", "weebly.com", "wixsite.com", "wordpress.com",
    }
)  # fmt: skip
"""Where anyone has a page; a name of their own below is theirs."""

_SECOND = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ne", "net", "or", "org"})
"""What stands before the ending of a country in a domain that nobody can have."""
_COUNTRY = 2


def spelled(domain: str) -> str:
    """The one spelling of a domain: small, in ASCII as it is looked up, without ``www.`` or a last dot."""
    small = domain.strip().lower().rstrip(".")
    with suppress(UnicodeError):  # what is no name joins nobody, however it is spelled
        small = small.encode("idna").decode()
    return small.removeprefix("www.")


def with_spelled_domain(record: Record) -> Record:
    """The same record, its domain spelled, so that those of two systems meet."""
    match record:
        case Account(domain=str(domain)):
            return record._replace(domain=spelled(domain) or None)
        case Identifier(kind="domain", value=value):
            return record._replace(value=spelled(value))
        case _:
            return record


def is_anyones(domain: str) -> bool:
    """Tell whether a spelled domain is nobody's own: mailboxes for anyone, an ending, no name at all."""
    labels = domain.split(".")
    if len(labels) == 1 or not all(labels) or labels[-1].isdigit():
        return True
    above = {".".join(labels[at:]) for at in range(len(labels))}
    listed = domain in SHARED or not above.isdisjoint(_MAILBOXES)
    return listed or _is_ending(labels) or _of_family(labels)


def _is_ending(labels: list[str]) -> bool:
    return len(labels) == 2 and len(labels[1]) == _COUNTRY and labels[0] in _SECOND  # noqa: PLR2004 - it and a country


def _of_family(labels: list[str]) -> bool:
    """Whether a family's name stands right before an ending: ``uk.yahoo.com``, ``yahoo.co.uk``."""
    ending = 2 if _is_ending(labels[-2:]) else 1
    return len(labels) > ending and labels[-ending - 1] in FAMILIES
