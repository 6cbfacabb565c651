"""The text of a query: what in it is quoted, whether it only reads, and where ``:since`` stands."""

import re
from functools import cached_property

from integrations.rows.columns import nearest

SINCE = "since"

_QUOTED = re.compile(
    r"""
    '(?:[^']|'')*'                      # text
    | "(?:[^"]|"")*" | `[^`]*`          # names
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$   # text in dollars
    | --[^\n]* | /\*.*?\*/              # remarks
    """,
    re.VERBOSE | re.DOTALL,
)
_BOUND = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")
"""What SQLAlchemy takes for a parameter, within quotes too."""
_SPECIAL = re.compile(rf"{_BOUND.pattern}|\\:\w*(?![:\w])")
"""That, and what it takes for a colon of no parameter: a backslash before either makes it text."""
_WORD = re.compile(r"[a-z_]\w*", re.IGNORECASE)
_STRICTLY = re.compile(r">\s*:since\b|:since\s*<(?![=>])", re.IGNORECASE)
_READS = frozenset({"select", "with", "values", "table"})
_WRITES = frozenset({
    "alter", "analyze", "attach", "call", "copy", "create", "delete", "detach", "drop", "exec", "execute",
    "grant", "insert", "into", "lock", "merge", "pragma", "refresh", "reindex", "revoke", "truncate",
    "update", "vacuum",
})  # fmt: skip


class Statement:
    """A query as somebody wrote it in the file."""

    def __init__(self, written: str) -> None:
        """Take its text as it is."""
        self._written = written.strip().removesuffix(";")

    @cached_property
    def problem(self) -> str:
        """What keeps it from being asked, and what to do; empty if nothing does."""
        words = [word.lower() for word in _WORD.findall(self._bare)]
        if ";" in self._bare:
            return "has more than one statement; keep one, and no semicolon in it"
        if not words or words[0] not in _READS:
            return "must begin with SELECT or WITH: it is only ever read"
        if writes := next((word for word in words if word in _WRITES), ""):
            return f"says {writes.upper()}, which writes; put a column of that name in double quotes"
        if unknown := sorted(self.parameters - {SINCE}):
            meant = f", did you mean :{near}?" if (near := nearest(unknown[0], {SINCE})) else ""
            return f"has the parameter :{unknown[0]}; only :since is bound{meant}"
        if _STRICTLY.search(self._bare):
            return "compares > :since; say >= :since, or rows of that very instant are lost"
        return ""

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names after a colon, outside of quotes and remarks."""
        return frozenset(_BOUND.findall(self._bare))

    @cached_property
    def text(self) -> str:
        """The statement for SQLAlchemy: a colon within quotes or a remark is a colon."""
        return _QUOTED.sub(lambda quoted: _SPECIAL.sub(r"\\\g<0>", quoted[0]), self._written)

    @cached_property
    def _bare(self) -> str:
        return _QUOTED.sub(" '' ", self._written)
