import pytest

from tests.health.examples import policy

SPEAKS = [
    "Cancel our subscription",
    "Please cancel my account at the end of the month",
    "How do I cancel?",
    "Cancellation",
    "Request: termination of contract",
    "We will not renew",
    "we won\N{RIGHT SINGLE QUOTATION MARK}t renew next year",
    "We want to CANCEL the Pro plan",
    "Discontinue our licence",
    "Subscription cancellation",
    "Close our account please",
    "We are switching to a competitor",
    "Kündigung",
    "Wir möchten unseren Vertrag kündigen",
    "Hiermit kündige ich das Abo zum Jahresende",
    "Vertrag gekündigt - bitte bestätigen",
    "Kuendigung der Lizenzen",
    "Wir werden nicht verlängern",
    "Wir wollen den Vertrag beenden",
    "Cancellation request",
    "It is important that we cancel by Friday",
    "We may eventually cancel",
]
DOES_NOT = [
    "",
    "Cancel a meeting",
    "How can users cancel an appointment in the calendar?",
    "The cancel button does nothing",
    "Cancelled booking still shown",
    "We do not want to cancel our subscription",
    "Please don't cancel our account",
    "We would never cancel the contract",
    "Export job terminated unexpectedly",
    "Cannot log in",
    "Renewal invoice has the wrong address",
    "Termin stornieren",
    "Wir wollen nicht kündigen",
    "Keine Kündigung, nur eine Frage zur Rechnung",
    "Ankündigung der neuen Version",
    "Unsubscribe from the newsletter",
    "A terminated employee can still sign in",
    "Cancel an import that hangs",
    "Zwei Termine kündigen sich an",
]


@pytest.mark.parametrize("text", SPEAKS)
def test_it_speaks_of_cancelling(text):
    assert policy().phrases.speak_of_cancelling(text)


@pytest.mark.parametrize("text", DOES_NOT)
def test_it_does_not(text):
    assert not policy().phrases.speak_of_cancelling(text)
