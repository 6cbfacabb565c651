"""Slack in rehearsal."""

from integrations.errors import Misconfigured
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal

POST = {"on": "chat.postMessage"}


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's workspace."""
    base_url = f"{sandbox.http}/slack/api"
    return Rig(
        sandbox=sandbox,
        system="slack",
        faulty="slack",
        actions=("post",),
        template="alert",
        owner="#customer-success",
        good={
            "SEATSIGNAL_SLACK_TOKEN": "xoxb-sandbox-token",
            "SEATSIGNAL_SLACK_BASE_URL": base_url,
            "SEATSIGNAL_SLACK_TIMEOUT_S": "5.0",
        },
        bad={"SEATSIGNAL_SLACK_TOKEN": "xoxb-canary-7731"},
        bad_reason="invalid_auth",
        secret="xoxb-canary-7731",
        address=("SEATSIGNAL_SLACK_BASE_URL", "SEATSIGNAL_SLACK_BASE_URL"),
        base_url=base_url,
        upsets=(
            Upset("401", Misconfigured, "unauthorized"),
            Upset("403", Misconfigured, "forbidden"),
            Upset("429", "retry", "rate_limited", more={"retry_after": 7, **POST}),
            Upset("429_bare", "retry", "rate_limited", more=POST),
            Upset("500", "retry", "status_500", more=POST),
            Upset("html", "retry", "not_json", more=POST),
            Upset("truncated", "retry", "not_json", seen=1, more=POST),
            Upset("drop_answer", "retry", "connection_lost", seen=1, more=POST),
            Upset("refuse", "retry", "connection_lost", more=POST),
            Upset("hang", "retry", "timeout", more=POST),
            Upset("ok_false", "retry", "internal_error", more=POST),
            Upset("ok_false", "rejected", "msg_too_long", more={"error": "msg_too_long", **POST}),
            Upset("ok_false", Misconfigured, "is_archived", more={"error": "is_archived", **POST}),
        ),
    )
