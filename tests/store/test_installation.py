"""What an installation is: read once in a unit of work, and never remembered beyond it."""

from sqlalchemy import event

from store.database import Connection
from store.installation import LIVE, is_live, set_setting, setting


def stored(database) -> str:
    with database.read() as connection:
        return setting(connection, "colour")


def test_a_value_is_read_stored_and_removed(emptied_database):
    assert stored(emptied_database) == ""
    for value in ("red", "green", ""):
        with emptied_database.write() as connection:
            set_setting(connection, "colour", value)
            assert setting(connection, "colour") == value
        assert stored(emptied_database) == value


def test_a_unit_of_work_sees_what_it_has_found_and_the_next_what_there_is(emptied_database):
    with emptied_database.write() as connection:
        set_setting(connection, "colour", "red")
    with emptied_database.kept() as connection:
        for wanted in ("red", "green"):
            with connection.begin():
                assert [setting(connection, "colour") for _ in range(2)] == [wanted] * 2
            with emptied_database.write() as other:
                set_setting(other, "colour", "green")


def test_what_is_rolled_back_was_never_so(emptied_database):
    with emptied_database.write() as connection:
        assert not is_live(connection)
        undo(connection)
        assert not is_live(connection)
        assert setting(connection, "colour") == ""


def undo(connection: Connection) -> None:
    part = connection.begin_nested()
    for name in (LIVE, "colour"):
        set_setting(connection, name, "1")
        assert setting(connection, name) == "1"
    part.rollback()


def test_it_is_asked_once_in_a_unit_of_work(emptied_database):
    seen: list[str] = []
    with emptied_database.read() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda _c, _cu, statement, *_: seen.append(statement)
        )
        for _ in range(3):
            is_live(connection)
            setting(connection, LIVE)
    assert len(seen) == 1
