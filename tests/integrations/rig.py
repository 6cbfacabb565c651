"""What the tests of every destination must know of one: how to set it up, upset it, and see its effects.

A new destination brings `tests/integrations/<name>/rig.py` with a function ``rig(sandbox)``, and one that
takes states with ``state_rig(sandbox)`` too: it is tried as ``<name>:state``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module

from health.nouns import Notice
from integrations.errors import IntegrationError
from templates.render import render
from tests.rehearsal import Rehearsal
from tests.templates.examples import EXAMPLES, payload

STATE = ":state"
"""Behind a destination's name: tried with states."""
Expected = str | type[IntegrationError]
"""An outcome of a receipt, or the error that ends the delivery."""


@dataclass(frozen=True)
class Upset:
    """A fault of the sandbox, what becomes of the notice that meets it, and whether it was seen."""

    fault: str
    expected: Expected
    reason: str = ""
    seen: int = 0
    more: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rig:
    """One destination in rehearsal. ``good`` and ``bad`` are settings by environment variable."""

    sandbox: Rehearsal
    system: str  # as the ledger names its effects
    faulty: str  # as the sandbox names its faults
    actions: tuple[str, ...]  # effects that a person sees anew
    template: str
    owner: str
    good: Mapping[str, str]
    bad: Mapping[str, str]
    bad_reason: str
    secret: str
    address: tuple[str, str]  # the variables that hold host and port, or the address twice
    upsets: tuple[Upset, ...]
    base_url: str = ""  # of an HTTP vendor
    needed: tuple[str, ...] = ()  # what is said where nothing is set and no single setting is required
    entry: str = ""  # the path at which a token is given out, if one is
    unclear: frozenset[int] = frozenset()  # statuses by which it may have acted; for those that are not keyed
    names_owner: bool = False  # whether errors may say whom a notice is for: a name from our own settings
    book: object = None  # what the stand-in holds before anything is sent, if it has a book

    def gone(self, port: int) -> Mapping[str, str]:
        """Settings by which the vendor is at a port where nobody is."""
        host, last = self.address
        if host == last:
            return {host: f"http://127.0.0.1:{port}"}
        return {host: "127.0.0.1", last: str(port)}

    def open_book(self) -> None:
        """Let the stand-in hold what the destination writes to."""
        if self.book is not None:
            self.sandbox.seed(self.faulty, self.book)

    def notice(self, key: str, **changes: str | int | bytes) -> Notice:
        """A first attempt at a notice that the destination takes."""
        content = payload(EXAMPLES[self.template])
        made = Notice(
            key=key,
            destination=self.system,
            kind="message",
            thread=f"7:{key}",
            account=7,
            template=self.template,
            owner=self.owner,
            payload=content,
            body=render(self.template, content),
            attempt=1,
        )
        return replace(made, **changes)  # type: ignore[arg-type]  # the caller names fields of Notice

    def seen(self, key: str) -> int:
        """How often a person has seen this notice arrive."""
        effects = self.sandbox.ledger(system=self.system)["effects"]
        return sum(effect["key"] == key and effect["action"] in self.actions for effect in effects)

    def edit(self, key: str, field: str, value: str) -> None:
        """Change a field of a state's record as a person would; for destinations with `ownership`."""
        raise NotImplementedError

    def says(self, key: str) -> Mapping[str, str | None]:
        """What the record of a state says in the fields that are ours."""
        raise NotImplementedError

    def upset(self, upset: Upset) -> None:
        """Let the next call meet a fault."""
        self.sandbox.faults(self.faulty, upset.fault, **upset.more)


def rig(name: str, sandbox: Rehearsal) -> Rig:
    """The rig that a destination's tests bring."""
    vendor, _, kind = name.partition(STATE[0])
    module = import_module(f"tests.integrations.{vendor}.rig")
    made = (module.state_rig if kind else module.rig)(sandbox)
    assert isinstance(made, Rig)
    return made


def takes_states(name: str) -> bool:
    """Whether a destination's tests bring a rig for states."""
    return hasattr(import_module(f"tests.integrations.{name}.rig"), "state_rig")
