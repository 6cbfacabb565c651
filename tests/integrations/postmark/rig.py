"""Postmark in rehearsal."""

from integrations.errors import Misconfigured
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal

SEND = {"on": "/email"}


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's Postmark server."""
    base_url = f"{sandbox.http}/postmark"
    return Rig(
        sandbox=sandbox,
        system="email",
        faulty="postmark",
        actions=("mail",),
        template="failed_payment",
        owner="dana.quill@customer.example",
        good={
            "SEATSIGNAL_POSTMARK_TOKEN": "postmark-sandbox-token",
            "SEATSIGNAL_POSTMARK_SENDER": "success@seller.example",
            "SEATSIGNAL_POSTMARK_SENDER_NAME": "Lumen Works",
            "SEATSIGNAL_POSTMARK_BASE_URL": base_url,
            "SEATSIGNAL_POSTMARK_TIMEOUT_S": "5.0",
        },
        bad={"SEATSIGNAL_POSTMARK_TOKEN": "token-canary-7731"},
        bad_reason="unauthorized",
        secret="token-canary-7731",
        address=("SEATSIGNAL_POSTMARK_BASE_URL", "SEATSIGNAL_POSTMARK_BASE_URL"),
        base_url=base_url,
        unclear=frozenset({500, 502, 504}),
        upsets=(
            Upset("401", Misconfigured, "unauthorized"),
            Upset("403", Misconfigured, "forbidden"),
            Upset("429", "retry", "rate_limited", more={"retry_after": 7, **SEND}),
            Upset("429_bare", "retry", "rate_limited", more=SEND),
            Upset("500", "unknown", "status_500", more=SEND),
            Upset("html", "unknown", "not_json", more=SEND),
            Upset("truncated", "sent", seen=1, more=SEND),
            Upset("drop_answer", "sent", seen=1, more=SEND),
            Upset("refuse", "unknown", "connection_lost", more=SEND),
            Upset("hang", "unknown", "timeout", more=SEND),
            Upset("ok_false", "unknown", "unexpected_answer", more=SEND),
        ),
    )
