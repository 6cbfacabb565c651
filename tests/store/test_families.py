"""Parents as sources state them, by their own ids."""

from health.records import Account
from store.families import Parents, parents
from tests.store.test_facts import pull


def named(database) -> Parents:
    """What is found, by the accounts' keys."""
    with database.read() as connection:
        keys = {row.id: row.key for row in connection.exec_driver_sql("SELECT id, key FROM accounts")}
        found = parents(connection)
    return Parents(
        {keys[child]: keys[parent] for child, parent in found.found.items()},
        {keys[child]: stated for child, stated in found.missing.items()},
    )


def test_a_parent_is_looked_up_by_the_id_that_its_source_gives(emptied_database):
    pull(
        emptied_database,
        [
            Account("group"),
            Account("north", parent_id="group"),
            Account("south", parent_id="gone"),
            Account("own", parent_id="own"),
            Account("alone", parent_id=""),
        ],
    )
    assert named(emptied_database) == Parents({"north": "group"}, {"south": "gone"})


def test_another_source_s_id_of_the_same_name_is_nobody_s_parent(emptied_database):
    pull(emptied_database, [Account("group"), Account("north", parent_id="g-1")])
    pull(emptied_database, [Account("g-1", name="Somebody else")], source="stripe")
    assert named(emptied_database) == Parents({}, {"north": "g-1"})
