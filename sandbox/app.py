"""All stand-ins under one roof."""

from starlette.applications import Starlette

from sandbox import control, sink, viewer
from sandbox.api import routes as api
from sandbox.chargebee import routes as chargebee
from sandbox.faults import FaultySystem
from sandbox.gate import Gate
from sandbox.hubspot import routes as hubspot
from sandbox.intercom import routes as intercom
from sandbox.keygen import routes as keygen
from sandbox.mail import routes as mail
from sandbox.mattermost import routes as mattermost
from sandbox.posthog import routes as posthog
from sandbox.postmark import routes as postmark
from sandbox.salesforce import routes as salesforce
from sandbox.ses import routes as ses
from sandbox.slack import routes as slack
from sandbox.state import Sandbox
from sandbox.stripe import routes as stripe
from sandbox.teams import routes as teams
from sandbox.webhook import routes as webhook
from sandbox.zendesk import routes as zendesk

STAND_INS = (
    *(sink, mail, slack, stripe, posthog, keygen, zendesk, hubspot, postmark, salesforce, ses, teams),
    *(api, chargebee, intercom, mattermost, webhook),
)


def app(sandbox: Sandbox) -> Gate:
    """The HTTP side of the sandbox: every stand-in's routes behind the gate that plays faults."""
    routes = [route for pages in (control, viewer, *STAND_INS) for route in pages.routes(sandbox)]
    systems: dict[str, FaultySystem] = {}
    for stand_in in STAND_INS:
        systems |= stand_in.FAULTY
    return Gate(Starlette(routes=routes), sandbox.faults, systems, sandbox.clock)
