from collections import Counter

import pytest

from health.intent import Sayings
from tests.health.examples import policy
from tests.health.labelled import halves, precision_recall, subjects

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


SMALLER = [
    "Downgrade please",
    "Can we reduce our seats?",
    "A cheaper plan for us?",
    "Wir möchten weniger Lizenzen",
    "Herabstufung des Tarifs",
]
NOT_SMALLER = [
    "",
    "More seats please",
    "We do not want to downgrade",
    "Downgrade of the app to version 2",
    "Our customers want fewer seats shown",
    "Weniger Mails, bitte",
]


@pytest.mark.parametrize("text", SMALLER)
def test_it_speaks_of_a_smaller_plan(text):
    assert policy().phrases.speak_of_a_smaller_plan(text)


@pytest.mark.parametrize("text", NOT_SMALLER)
def test_it_does_not_speak_of_a_smaller_plan(text):
    assert not policy().phrases.speak_of_a_smaller_plan(text)


@pytest.mark.parametrize(
    ("saying", "text", "said"),
    [
        ("end our contract", "please end our contract", True),
        ("end our contract", "send our contract", False),
        ("end our contract", "end our contracts", False),
        ("end our contract*", "end our contracts", True),
        ("end our|the contract", "end the contract", True),
        ("end .. contract", "end contract", True),
        ("end .. contract", "end this silly old contract", True),
        ("end .. contract", "end this very silly old contract", False),
        ("a.c", "abc", False),
    ],
)
def test_a_saying_is_a_run_of_words(saying, text, said):
    assert (text in Sayings.of([saying])) is said


# -- the labelled set --------------------------------------------------------------------------------


def says(text):
    phrases = policy().phrases
    if phrases.speak_of_cancelling(text):
        return "cancel"
    return "downgrade" if phrases.speak_of_a_smaller_plan(text) else "none"


def test_the_labelled_set_is_large_in_both_languages_and_says_nothing_twice():
    found = subjects()
    assert len({subject.text for subject in found}) == len(found) >= 200
    for language in ("en", "de"):
        counted = Counter(subject.expected for subject in found if subject.language == language)
        assert counted["none"] > counted["cancel"] > counted["downgrade"] > 10


@pytest.mark.parametrize("label", ["cancel", "downgrade"])
def test_of_the_subjects_held_out_few_are_taken_wrongly_and_few_missed(label):
    _, held_out = halves()
    found = precision_recall(held_out, says, label)
    assert found.precision >= 0.95
    assert found.recall >= 0.85
