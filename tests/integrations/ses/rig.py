"""SES in rehearsal."""

from integrations.errors import Misconfigured
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal

SEND = {"on": "/outbound-emails"}


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's SES."""
    base_url = f"{sandbox.http}/ses"
    return Rig(
        sandbox=sandbox,
        system="email",
        faulty="ses",
        actions=("mail",),
        template="failed_payment",
        owner="dana.quill@customer.example",
        good={
            "SEATSIGNAL_SES_REGION": "eu-west-1",
            "SEATSIGNAL_SES_ACCESS_KEY_ID": "AKIDSANDBOX",
            "SEATSIGNAL_SES_SECRET_ACCESS_KEY": "ses-sandbox-secret",
            "SEATSIGNAL_SES_SENDER": "success@seller.example",
            "SEATSIGNAL_SES_SENDER_NAME": "Lumen Works",
            "SEATSIGNAL_SES_CONFIGURATION_SET": "seatsignal",
            "SEATSIGNAL_SES_BASE_URL": base_url,
            "SEATSIGNAL_SES_TIMEOUT_S": "5.0",
        },
        bad={"SEATSIGNAL_SES_SECRET_ACCESS_KEY": "secret-canary-7731"},
        bad_reason="bad_key",
        secret="secret-canary-7731",
        address=("SEATSIGNAL_SES_BASE_URL", "SEATSIGNAL_SES_BASE_URL"),
        base_url=base_url,
        unclear=frozenset({500, 502, 504}),
        upsets=(
            Upset("401", Misconfigured, "unauthorized"),
            Upset("403", Misconfigured, "forbidden"),
            Upset("429", "retry", "rate_limited", more={"retry_after": 7, **SEND}),
            Upset("429_bare", "retry", "rate_limited", more=SEND),
            Upset("500", "unknown", "status_500", more=SEND),
            Upset("html", "unknown", "not_json", more=SEND),
            Upset("truncated", "unknown", "not_json", seen=1, more=SEND),
            Upset("drop_answer", "unknown", "connection_lost", seen=1, more=SEND),
            Upset("refuse", "unknown", "connection_lost", more=SEND),
            Upset("hang", "unknown", "timeout", more=SEND),
            Upset("ok_false", "unknown", "unexpected_answer", more=SEND),
        ),
    )
