"""Where in a folder an import stands: the content of the files' cursor."""

import msgspec

from integrations.roles import Cursor


class Place(msgspec.Struct, frozen=True):
    """``done`` holds the fingerprints of files read to their end; ``records`` of ``file`` were taken."""

    done: dict[str, str] = {}
    file: str = ""
    fingerprint: str = ""
    records: int = 0

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """Read a cursor. One that cannot be read is none: reading everything again does no harm."""
        try:
            return msgspec.json.decode(cursor or "{}", type=cls)
        except msgspec.MsgspecError:
            return cls()

    def cursor(self) -> Cursor:
        """Write the cursor."""
        return msgspec.json.encode(self, order="deterministic").decode()

    def taken(self, file: str, fingerprint: str) -> int:
        """Return how many records of this content were stored before."""
        return self.records if (self.file, self.fingerprint) == (file, fingerprint) else 0

    def within(self, file: str, fingerprint: str, records: int) -> "Place":
        """Return the place after so many records of a file."""
        return Place(self.done, file, fingerprint, records)

    def after(self, file: str, fingerprint: str) -> "Place":
        """Return the place after a whole file."""
        return Place({**self.done, file: fingerprint})
