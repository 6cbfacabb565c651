"""A family in words, the same wherever it is told: the roll-up, the worst child that matters, the parent."""

from health.family import Family, Kin

_HUNDREDTHS = 100


def told(kin: Kin) -> tuple[str, ...]:
    """Return where an account stands in its family, a sentence each; nothing for one without any."""
    said = list(_rolled_up(kin.family)) if kin.family else []
    if kin.parent:
        said.append(f"It is part of {kin.parent_name} ({kin.parent}).")
    if kin.missing and not kin.parent:
        said.append(f"Its parent {kin.missing!r} is none of our accounts.")
    if kin.in_circle:
        said.append("It is said to be among its own ancestors, so it counts as nobody's child.")
    return tuple(said)


def _rolled_up(found: Family) -> tuple[str, ...]:
    below = f"{found.accounts} account{'' if found.accounts == 1 else 's'} below"
    if found.points is None:
        return (f"With {below}: no roll-up, for no revenue is known of accounts whose band is known.",)
    unweighed = f"; revenue not known of {found.unweighed}" if found.unweighed else ""
    rolled = (
        f"With {below}, by revenue: health {_points(found.points)} of 100, {_spoken(found.band)} "
        f"({found.coverage:.0%} of the revenue is of accounts whose band is known{unweighed})."
    )
    return rolled, _worst(found)


def _worst(found: Family) -> str:
    if found.worst is None:
        return f"None below whose band is known holds {found.material:.0%} of the revenue."
    worst = found.worst
    return (
        f"Worst below with at least {found.material:.0%} of the revenue: {worst.name} ({worst.key}), "
        f"health {_points(worst.points)}, {_spoken(worst.band)}, {found.worst_share:.0%} of it."
    )


def in_short(found: Family) -> str:
    """Return a roll-up in a cell: its health and band, and the worst child that matters."""
    if found.points is None:
        return "no revenue known"
    worst = f", worst {found.worst.key} {_points(found.worst.points)}" if found.worst else ""
    return f"{_points(found.points)} {found.band}{worst}"


def _points(hundredths: int) -> str:
    return f"{hundredths / _HUNDREDTHS:g}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")
