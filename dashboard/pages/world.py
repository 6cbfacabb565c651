"""A map of the world that needs no picture: a tile for each country, about where it lies."""

from collections.abc import Iterator, Mapping

from babel import Locale

from templates.views import Part, Tile, World

SIZE = 10
_ROWS = (
    "7 GL 10 IS 13 NO SE FI",
    "1 CA 10 IE GB 13 DK 15 EE LV LT 19 RU",
    "1 US 11 BE NL DE PL BY UA 20 KZ 22 MN",
    "4 BM 10 FR LU CH CZ SK HU MD 18 GE 20 UZ KG CN KP JP",
    "1 MX 4 BS 8 PT ES AD LI AT SI RO BG 17 TR AM AZ TM TJ 23 HK KR",
    "1 GT BZ CU HT DO PR 9 MC SM IT HR BA RS XK 17 CY SY IQ IR AF NP BT TW",
    "1 SV HN JM KN AG 10 MT ME AL MK GR 17 LB IL JO KW PK IN BD MM",
    "2 NI 4 DM LC BB 8 EH MA DZ TN LY EG 16 PS SA BH QA 22 LK 24 LA VN PH",
    "2 CR PA VC GD TT 8 MR ML NE TD SD ER 18 YE OM AE 22 MV 24 TH KH 27 GU",
    "3 CO VE GY SR GF 8 CV SN BF NG CF SS ET DJ SO 24 MY BN PW FM MH",
    "3 EC PE BR 7 GM GW GN CI GH CM UG KE 24 SG ID PG NR KI",
    "4 BO PY 8 SL LR TG BJ GA RW BI 16 SC 25 TL SB TV",
    "4 CL UY 10 ST GQ CG CD TZ 16 KM 25 AU VU FJ WS",
    "4 AR 11 AO ZM MW MZ 16 MG MU 26 NC NZ TO",
    "4 FK 11 NA BW ZW SZ",
    "12 ZA LS",
)
"""Countries from the north to the south, each line from the west: a number says in which column one lies."""
_LANGUAGE = Locale("en")
_SHADES = 4


def laid_out() -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each country by its code with its column and its row."""
    for y, line in enumerate(_ROWS):
        x = 0
        for word in line.split():
            if word.isdecimal():
                x = int(word)
            else:
                yield word, (x, y)
                x += 1


TILES = dict(laid_out())
"""Where each country stands, by its code in ISO 3166."""


def country(code: str) -> str:
    """Return the name of a country; its code where it has none."""
    return str(_LANGUAGE.territories.get(code, code))


def world(title: str, values: Mapping[str, float]) -> Iterator[Part]:
    """Yield a map of values by country, nothing where no country is known."""
    known = {code: value for code, value in values.items() if code in TILES}
    if not known:
        return
    top = max(known.values()) or 1.0
    ordered = sorted(known, key=lambda code: (-known[code], code))
    words = "; ".join(f"{country(code)} {known[code]:.1f} %" for code in ordered[:10])
    columns = 1 + max(x for x, _ in TILES.values())
    yield World(
        title=title,
        about="A tile is a country; the stronger its colour, the larger the share. The list says the same.",
        words=f"Map of the world, the largest first: {words}.",
        width=SIZE * columns,
        height=SIZE * len(_ROWS),
        tiles=tuple(
            Tile(code=code, x=SIZE * x, y=SIZE * y, shade=_shade(known.get(code), top))
            for code, (x, y) in TILES.items()
        ),
    )


def _shade(value: float | None, top: float) -> int:
    return 0 if value is None else max(1, round(_SHADES * value / top))
