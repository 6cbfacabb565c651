"""Mail in rehearsal."""

from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal


def rig(sandbox: Rehearsal) -> Rig:
    """The sandbox's mail sink."""
    return Rig(
        sandbox=sandbox,
        system="email",
        faulty="smtp",
        actions=("mail",),
        template="failed_payment",
        owner="dana.quill@customer.example",
        good={
            "SEATSIGNAL_MAIL_HOST": sandbox.smtp_host,
            "SEATSIGNAL_MAIL_PORT": str(sandbox.smtp_port),
            "SEATSIGNAL_MAIL_STARTTLS": "false",
            "SEATSIGNAL_MAIL_USERNAME": "seatsignal",
            "SEATSIGNAL_MAIL_PASSWORD": "sandbox-password",
            "SEATSIGNAL_MAIL_SENDER": "success@seller.example",
            "SEATSIGNAL_MAIL_SENDER_NAME": "Lumen Works",
            "SEATSIGNAL_MAIL_TIMEOUT_S": "5.0",
        },
        bad={"SEATSIGNAL_MAIL_PASSWORD": "password-canary-7731"},
        bad_reason="auth_failed",
        secret="password-canary-7731",
        address=("SEATSIGNAL_MAIL_HOST", "SEATSIGNAL_MAIL_PORT"),
        upsets=(
            Upset("421", "retry", "connect_failed"),
            Upset("451", "retry", "rcpt_deferred"),
            Upset("550", "rejected", "recipient_refused"),
            Upset("hang", "retry", "connect_failed"),
            Upset("cut:1", "retry", "connect_failed"),
            Upset("cut:2", "retry", "connect_failed"),
            Upset("cut:3", "retry", "connection_lost"),
            Upset("cut:4", "retry", "connection_lost"),
            Upset("cut:5", "retry", "connection_lost"),
            Upset("cut:7", "unknown", "no_answer_to_the_final_dot", seen=1),
            Upset("cut:8", "sent", seen=1),
            Upset("hang:3", "retry", "connection_lost"),
            Upset("hang:4", "retry", "connection_lost"),
            Upset("hang:5", "retry", "connection_lost"),
            Upset("hang:7", "unknown", "no_answer_to_the_final_dot", seen=1),
            Upset("hang:8", "sent", seen=1),
        ),
    )
