"""What a text may not show: addresses, tokens, links of letters, and every secret that is known.

A secret is sought as it stands, in each way of quoting it, in URLs and in base64; a part of one is not.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

_WORD = r"[^\s@<>\"'(){}\[\],;:=]"
_DOMAIN = r"(?:@|%40)[\w-]+(?:\.[\w-]+)+"
_ADDRESS = re.compile(rf"(?<!{_WORD}){_WORD}+{_DOMAIN}(?:{_WORD}*{_DOMAIN})*", re.IGNORECASE)
"""From the beginning of a word alone: sought from each of its letters, a long one would take minutes."""
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*@")
_TOKEN = re.compile(
    r"\b(?:xox[a-z]-|xapp-|sk_|rk_|whsec_|pat-|sst_|Bearer\s+|Basic\s+)[\w\-./+=]+", re.IGNORECASE
)
_LINK = re.compile(r"[0-9a-f]{24}\.[\w-]{1,60}\.[\w-]{43}")
"""What proves a link in a letter: a subject, a topic or a day, and a signature (`config.links`)."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_ESCAPED = re.compile(r"""((?:\\\\)*)(["'])|(?:\\\\)+""")
_SHORTEST_SECRET = 4
"""Characters of a password that can be taken out without taking out everything."""

Redact = Callable[[str], str]


def redacted(text: str) -> str:
    """Return text without addresses, tokens, links of letters or credentials in URLs."""
    text = _TOKEN.sub("[secret]", _LINK.sub("[secret]", _CREDENTIALS.sub("[secret]@", text)))
    return _ADDRESS.sub("[address]", text)


def redaction(secrets: Iterable[str]) -> Redact:
    """Return what takes these secrets out of text too, in whatever way they are quoted or encoded."""
    told = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    if not told:
        return redacted
    known = _any_of(form for secret in told for form in _forms(secret))
    encoded = _any_of(form for secret in told for form in _in_base64(secret))

    def hidden(word: re.Match[str]) -> str:
        return "[secret]" if encoded.search(word[0]) else word[0]

    return lambda text: redacted(_BASE64.sub(hidden, known.sub("[secret]", text)))


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Match any of them, the longest first."""
    return re.compile("|".join(map(_however_quoted, sorted(set(forms), key=len, reverse=True))))


def _however_quoted(form: str) -> str:
    """Match a form and what quoting it again makes of it: each time doubles backslashes, and adds some."""
    return _ESCAPED.sub(lambda part: r"\\*" + part[2] if part[2] else r"\\+", re.escape(form))


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it stands in a text, in JSON, in what Python quotes, and in a URL."""
    quoted = (json.dumps(secret)[1:-1], repr(secret)[1:-1], repr(_bytes(secret))[2:-1])
    in_urls = (quote(_bytes(secret), safe=""), quote(_bytes(secret)), quote_plus(_bytes(secret)))
    return (secret, *quoted, *in_urls)


def _in_base64(secret: str) -> Iterator[str]:
    """Yield what is the same of a secret in base64 whatever stands around it, for each way it can begin."""
    for before in range(3):
        encoded = b64encode(bytes(before) + _bytes(secret)).decode()
        whole = encoded[-(-before * 8 // 6) : (before + len(_bytes(secret))) * 8 // 6]
        yield from (whole, whole.replace("+", "-").replace("/", "_"))


def _bytes(secret: str) -> bytes:
    """Return a secret as the environment held it, UTF-8 or not."""
    return secret.encode(errors="surrogateescape")
