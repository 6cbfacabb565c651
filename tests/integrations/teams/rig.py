"""Teams in rehearsal."""

import json
from collections.abc import Mapping

from integrations.errors import Misconfigured
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal

CHANNELS = "SEATSIGNAL_TEAMS_CHANNELS"
SIGNATURE = "teams-sandbox-signature"
POST = {"on": "/workflows/"}
NOWHERE = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
"""For what is only made, and never sent."""


def address(http: str, channel: str, signature: str = SIGNATURE) -> str:
    """The address of a channel's workflow, as Teams shows it."""
    query = f"api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={signature}"
    return f"{http}/teams/workflows/{channel}/triggers/manual/paths/invoke?{query}"


class TeamsRig(Rig):
    """Its address is in a JSON object, and is the secret."""

    def gone(self, port: int) -> Mapping[str, str]:
        return {CHANNELS: json.dumps({self.owner: address(f"http://127.0.0.1:{port}", self.owner)})}


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's channels."""
    addresses = {channel: address(sandbox.http, channel) for channel in ("success", "sales", "ops")}
    return TeamsRig(
        sandbox=sandbox,
        system="teams",
        faulty="teams",
        actions=("post",),
        template="alert_card",
        owner="success",
        good={
            CHANNELS: json.dumps(addresses),
            "SEATSIGNAL_TEAMS_CALLS_PER_MINUTE": "600000",
            "SEATSIGNAL_TEAMS_TIMEOUT_S": "5.0",
        },
        bad={CHANNELS: json.dumps({"success": "https://canary-7731"})},
        bad_reason="address_invalid",
        secret="canary-7731",
        address=(CHANNELS, CHANNELS),
        base_url=f"{sandbox.http}/teams",
        names_owner=True,
        upsets=(
            Upset("401", Misconfigured, "unauthorized", more=POST),
            Upset("403", Misconfigured, "forbidden", more=POST),
            Upset("429", "retry", "rate_limited", more={"retry_after": 7, **POST}),
            Upset("429_bare", "retry", "rate_limited", more=POST),
            Upset("500", "retry", "status_500", more=POST),
            Upset("html", "retry", "unexpected_answer", more=POST),
            Upset("truncated", "sent", seen=1, more=POST),
            Upset("drop_answer", "retry", "connection_lost", seen=1, more=POST),
            Upset("refuse", "retry", "connection_lost", more=POST),
            Upset("hang", "retry", "timeout", more=POST),
        ),
    )
