"""Stripe's own library and ours of the same deliveries: we take nothing that Stripe would not have signed."""

import random
from contextlib import suppress

import pytest
from stripe import SignatureVerificationError, WebhookSignature

from integrations.errors import Rejected
from tests.integrations.stripe.made import NOW
from tests.integrations.stripe.test_webhook import BODY, SECRET, SIGNATURE, SIGNED, TIME, webhook

SEED = 20_260_615
MUTATIONS = 4_000
FOREIGN = WebhookSignature.generate_signature_header(BODY.decode(), "whsec_canary_3", NOW)


def we_take(header: str, body: bytes) -> bool:
    with suppress(Rejected):
        return bool(webhook().verify({"Stripe-Signature": header}, body))
    return False


def stripe_takes(header: str, body: bytes) -> bool:
    try:
        return bool(WebhookSignature.verify_header(body, header, SECRET))
    except (SignatureVerificationError, UnicodeDecodeError):
        return False


def test_what_stripe_signs_is_taken() -> None:
    signed = WebhookSignature.generate_signature_header(BODY.decode(), SECRET, NOW)
    assert signed == SIGNED
    assert we_take(signed, BODY)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (SIGNED, True),
        (f"{TIME},v1={'0' * 64},{SIGNATURE}", True),
        (f"{TIME},{SIGNATURE},v0={'0' * 64}", True),
        (FOREIGN, False),
        (TIME, False),
        (SIGNATURE, False),
        (SIGNED.replace("v1", "v0"), False),
        (f"{TIME},v1=", False),
        (f"t={NOW + 1},{SIGNATURE}", False),
        ("", False),
    ],
)
def test_both_say_the_same_of_a_header(header: str, *, taken: bool) -> None:
    assert (we_take(header, BODY), stripe_takes(header, BODY)) == (taken, taken)


def test_a_body_that_stripe_did_not_sign_is_taken_by_neither() -> None:
    assert not we_take(SIGNED, BODY + b" ")
    assert not stripe_takes(SIGNED, BODY + b" ")


def test_nothing_is_taken_that_stripe_refuses() -> None:
    chance = random.Random(SEED)
    changed = [_changed(chance, SIGNED) for _ in range(MUTATIONS)]
    assert [header for header in changed if we_take(header, BODY) and not stripe_takes(header, BODY)] == []


def _changed(chance: random.Random, header: str) -> str:
    at = chance.randrange(len(header))
    return (
        header[:at]
        + chance.choice(["", ",", "=", "0", "a", "t=1,", "v1=", header[at] * 2])
        + header[at + 1 :]
    )
