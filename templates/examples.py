"""An example of each letter: what one invented company writes to another, where no account is at hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from templates.letters import (
    ApproachingLimitLetter,
    FailedPaymentLetter,
    Letter,
    LetterLinks,
    MonthlyPrice,
    RenewalLetter,
    SolvedTickets,
    SurveyLetter,
    WeeksOfUse,
)
from templates.nudges import (
    ActivationLetter,
    ChampionLetter,
    ExpiredLetter,
    InviteLetter,
    MaterialLine,
    Nudge,
    SpotlightLetter,
    StepLine,
    TrainingLetter,
    UnusedSeatsLetter,
    UpgradeLetter,
    WelcomeLetter,
)

_LINKS = LetterLinks(
    manage="https://app.example/billing?a=1&b=2",
    preferences="https://seatsignal.example/p/abc",
    unsubscribe="https://seatsignal.example/u/abc",
)
FAILED_PAYMENT = FailedPaymentLetter(
    account_name="Harbour & Pine",
    role="billing",
    person_name="Dana Quill",
    company_name="Lumen Works",
    csm_name="Robin Vale",
    reply_to="robin.vale@seller.example",
    links=_LINKS,
    invoice="INV-204",
    amount_minor=123_450,
    currency="EUR",
    due_on=date(2027, 1, 12),
    retry_on=date(2027, 1, 15),
)
APPROACHING_LIMIT = ApproachingLimitLetter(
    account_name="Harbour & Pine",
    role="admin",
    company_name="Lumen Works",
    csm_name="Robin Vale",
    reply_to="robin.vale@seller.example",
    links=_LINKS,
    unit="seats",
    used=92,
    allowed=100,
    days_until_full=23,
)
RENEWAL = RenewalLetter(
    account_name="Harbour & Pine",
    role="admin",
    person_name="Dana Quill",
    company_name="Lumen Works",
    csm_name="Robin Vale",
    reply_to="robin.vale@seller.example",
    links=_LINKS,
    term_ends_on=date(2027, 3, 1),
    renews_on=date(2027, 3, 1),
    notice_by=date(2027, 1, 30),
    auto_renew=True,
    seats=120,
    price=MonthlyPrice(now_minor=120_000, next_minor=126_000, currency="EUR"),
    active_users=46,
    active_wording="signed in within 30 days",
    solved=SolvedTickets(count=14, since=date(2026, 3, 1), half_within=5, unit="hours"),
    use=WeeksOfUse(people=(31, 33, 32, 36, 38, 37, 41, 40, 43, 42, 45, 46), until=date(2026, 11, 29)),
)
SURVEY = SurveyLetter(
    account_name="Harbour & Pine",
    role="user",
    person_name="Dana Quill",
    company_name="Lumen Works",
    csm_name="Robin Vale",
    reply_to="robin.vale@seller.example",
    links=_LINKS,
    kind="nps",
    scores=tuple(range(11)),
    answer="https://seatsignal.example/s/abc",
)
EASE = msgspec.structs.replace(SURVEY, kind="activation_ease", scores=(1, 2, 3, 4, 5))
CONFIDENCE = msgspec.structs.replace(EASE, kind="renewal_confidence")
_ENVELOPE: dict[str, Any] = {
    "account_name": "Harbour & Pine",
    "role": "admin",
    "company_name": "Lumen Works",
    "csm_name": "Robin Vale",
    "reply_to": "robin.vale@seller.example",
    "links": _LINKS,
}


def _words(en: str, **others: str) -> dict[str, str]:
    """What a company says in its own words, by language."""
    return {"en": en, **others}


ACTIVATION = ActivationLetter(
    **_ENVELOPE,
    steps=3,
    left=(
        StepLine(
            name=_words(
                "Connect your data", de="Daten verbinden", fr="Connecter vos données", es="Conectar sus datos"
            ),
            why=_words(
                "All figures come from it.",
                de="Alle Zahlen kommen daraus.",
                fr="Tous les chiffres en viennent.",
                es="Todas las cifras salen de ahí.",
            ),
            done_when=_words(
                "yesterday's figures show.",
                de="die Zahlen von gestern zu sehen sind.",
                fr="les chiffres de la veille sont visibles.",
                es="se ven las cifras de ayer.",
            ),
            minutes=10,
            link="https://help.seller.example/connect",
            failed=True,
        ),
        StepLine(
            name=_words(
                "Send the first report",
                de="Den ersten Bericht senden",
                fr="Envoyer le premier rapport",
                es="Enviar el primer informe",
            ),
            why=_words(
                "It shows what is there.",
                de="Er zeigt, was da ist.",
                fr="Il montre les données présentes.",
                es="Muestra lo que hay.",
            ),
            done_when=_words(
                "somebody has opened it.",
                de="ihn jemand geöffnet hat.",
                fr="une personne a ouvert le rapport.",
                es="alguien lo ha abierto.",
            ),
            minutes=1,
        ),
    ),
    done=(_words("Sign in", de="Anmelden", fr="Se connecter", es="Iniciar sesión"),),
)
GREETING = WelcomeLetter(
    **_ENVELOPE, product="Lumen Reports", seats=20, steps=3, link="https://help.seller.example/start"
)
INVITE = InviteLetter(**_ENVELOPE, given=4, seats=20)
UNUSED_SEATS = UnusedSeatsLetter(
    **_ENVELOPE,
    used=46,
    seats=120,
    active_wording="signed in within 30 days",
    renewal_on=date(2027, 3, 1),
)
TRAINING = TrainingLetter(
    **_ENVELOPE,
    used=9,
    given=20,
    training=_words(
        "Your first report", de="Ihr erster Bericht", fr="Votre premier rapport", es="Su primer informe"
    ),
    minutes=45,
    link="https://training.seller.example/first-report",
)
UPGRADE = UpgradeLetter(**_ENVELOPE, refused=34, tried=5, link="https://seller.example/plans")
SPOTLIGHT = SpotlightLetter(
    **_ENVELOPE | {"role": "user"},
    feature=_words("Alerts", de="Meldungen", fr="Alertes", es="Avisos"),
    why=_words(
        "You hear of a change without looking for it.",
        de="Sie erfahren von einer Änderung, ohne zu suchen.",
        fr="Vous apprenez un changement sans le chercher.",
        es="Se entera de un cambio sin buscarlo.",
    ),
    minutes=5,
    link="https://help.seller.example/alerts",
)
CHAMPION = ChampionLetter(
    **_ENVELOPE | {"role": "champion"},
    material=(
        MaterialLine(
            name=_words(
                "Ten minutes for new colleagues",
                de="Zehn Minuten für neue Kolleginnen und Kollegen",
                fr="Dix minutes pour vos nouveaux collègues",
                es="Diez minutos para colegas nuevos",
            ),
            about=_words(
                "A film that shows the first steps.",
                de="Ein Film über die ersten Schritte.",
                fr="Un film sur les premiers pas.",
                es="Un vídeo con los primeros pasos.",
            ),
            link="https://help.seller.example/ten-minutes",
        ),
    ),
)
EXPIRED = ExpiredLetter(**_ENVELOPE, expired_on=date(2027, 1, 12), licences=2, products=("Core", ""))
LETTERS: Mapping[str, Letter | Nudge] = {
    "failed_payment": FAILED_PAYMENT,
    "approaching_limit": APPROACHING_LIMIT,
    "renewal": RENEWAL,
    "survey_activation": EASE,
    "survey_renewal": CONFIDENCE,
    "survey_nps": SURVEY,
    "welcome": GREETING,
    "finish_activation": ACTIVATION,
    "invite_team": INVITE,
    "unused_seats": UNUSED_SEATS,
    "training_invitation": TRAINING,
    "upgrade_fits": UPGRADE,
    "feature_spotlight": SPOTLIGHT,
    "champion_material": CHAMPION,
    "licence_expired": EXPIRED,
}
"""The letters by their templates."""
