"""ID tokens: what a provider states of whoever signed in, believed only if it is theirs, ours, and of now.

openid.net/specs/openid-connect-core-1_0.html, 3.1.3.7. A token is signed by a key of the provider's own, by
an algorithm with two keys: none at all, or one that we hold too, proves nothing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from integrations.errors import Rejected

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""
Claims = Mapping[str, Any]


class Expected(NamedTuple):
    """What a token must state: whose it is, for whom, and of which sign-in."""

    issuer: str
    client_id: str
    nonce: str


class UnknownKey(Rejected):
    """It is signed by a key that is not among those that are known: the provider may have a new one."""


def claims(token: str, keys: Mapping[str, Any], expected: Expected, now_s: int, access: str = "") -> Claims:
    """Return what a token states. ``keys`` are a JSON Web Key Set, ``access`` the access token beside it.

    Raises `UnknownKey`, and `Rejected` with what is wrong with it: never with any part of the token.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - of an extra, and only where it is set up
    from joserfc import jwt  # noqa: PLC0415 - as above
    from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415 - as above

    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access}
    try:
        read = jwt.decode(token, _signing(keys), algorithms=ALGORITHMS)
        stated = CodeIDToken(read.claims, read.header, _options(expected), params)
        stated.validate(now_s, LEEWAY_S)
        return dict(stated)
    except InvalidKeyIdError:
        failure: Rejected = UnknownKey("token_key", "the token is signed by a key that is not known")
    except JoseError as error:
        failure = Rejected(f"token_{error.error}", "the token is not what it should be")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        failure = Rejected("token_unreadable", "the token cannot be read")
    raise failure  # outside of the handler, so that it drags no token along as its context


def _signing(keys: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of a library that is loaded lazily
    """Return the keys that sign; one that cannot be read is none of those that count."""
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey  # noqa: PLC0415 - as above

    found: list[RSAKey | ECKey] = []
    for each in keys.get("keys", ()):
        try:
            key = JWKRegistry.import_key(each)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if isinstance(key, RSAKey | ECKey) and each.get("use", "sig") == "sig":
            found.append(key)
    return KeySet([*found])


def _options(expected: Expected) -> dict[str, dict[str, object]]:
    return {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True, "value": expected.nonce},
    }
