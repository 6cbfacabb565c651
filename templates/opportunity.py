"""What an opportunity in a CRM says: a renewal, or room to grow, as sales forecasts it."""

from datetime import date
from typing import Literal

from templates.content import Count, Currency, Language, Name, Part

Matter = Literal["renewal", "expansion"]


class OpportunityContent(Part, frozen=True, kw_only=True):
    """One opportunity, by a key of ours that begins with what it is about.

    ``amount_minor`` is per year, in ``currency``; without that there is none. Nothing in it changes with the
    calendar alone.
    """

    key: Name
    matter: Matter
    name: Name
    close_on: date
    amount_minor: Count | None = None
    currency: Currency | None = None
    evidence: tuple[str, ...] = ()
    language: Language = "en"
