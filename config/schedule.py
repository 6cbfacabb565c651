"""How often each job runs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt

from config.files import SHIPPED, read


class Schedule(BaseModel):
    """Intervals in seconds: of each source's pull, of the assessment of every account, of the audit.

    ``figures`` is how often those of a large book are told, ``approval`` how long a held run waits for a
    person.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pull: dict[str, PositiveInt]
    assess: PositiveInt
    audit: PositiveInt = 86_400
    figures: PositiveInt = 21_600
    approval: PositiveInt = 259_200


def load_schedule(path: Path | None = None) -> Schedule:
    """Return the schedule, the shipped one by default. Raises `config.files.ConfigError`."""
    return read(Schedule, path or SHIPPED / "schedule.yaml")
