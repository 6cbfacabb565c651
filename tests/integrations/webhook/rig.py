"""A receiver of our own in rehearsal."""

from integrations.errors import Misconfigured
from sandbox.webhook.routes import SECRET
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal

WRONG = "whsec_Y2FuYXJ5LTc3MzEtY2FuYXJ5LTc3MzEtY2FuYXJ5"


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's receiver."""
    base_url = f"{sandbox.http}/webhook"
    return Rig(
        sandbox=sandbox,
        system="webhook",
        faulty="webhook",
        actions=("post",),
        template="alert_task",
        owner="customer-success",
        good={
            "SEATSIGNAL_WEBHOOK_URL": f"{base_url}/events",
            "SEATSIGNAL_WEBHOOK_SECRET": SECRET,
            "SEATSIGNAL_WEBHOOK_TIMEOUT_S": "5.0",
        },
        bad={"SEATSIGNAL_WEBHOOK_SECRET": WRONG},
        bad_reason="unauthorized",
        secret=WRONG,
        address=("SEATSIGNAL_WEBHOOK_URL", "SEATSIGNAL_WEBHOOK_URL"),
        base_url=base_url,
        upsets=(
            Upset("401", Misconfigured, "unauthorized"),
            Upset("403", Misconfigured, "forbidden"),
            Upset("429", "retry", "rate_limited", more={"retry_after": 7}),
            Upset("429_bare", "retry", "rate_limited"),
            Upset("500", "retry", "status_500"),
            Upset("html", "sent"),  # a receiver says by its status alone that it took it
            Upset("drop_answer", "retry", "connection_lost", seen=1),
            Upset("truncated", "sent", seen=1),
            Upset("refuse", "retry", "connection_lost"),
            Upset("hang", "retry", "timeout"),
        ),
    )
