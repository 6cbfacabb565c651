"""The permission set by which the app's user, and whoever else is given it, sees and edits our fields."""

from collections.abc import Iterator, Sequence

from integrations.roles import Prepared, outcome
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.refusals import failed
from integrations.salesforce.soql import quoted
from integrations.salesforce.writing import Sent

NAME = "Seatsignal"
KINDS = ("permission set", "rights", "assignment")
"""What is made of it, in that order."""


def permitted(salesforce: SalesforceClient, fields: Sequence[str], *, dry_run: bool) -> Iterator[Prepared]:
    """Make the set, let it show the fields (``Account.Name``), and give it to the app's user.

    What is there is left as it is: an admin may have taken a right from it. In a dry run all is. Raises what
    clients raise.
    """
    asked = f"SELECT Id FROM PermissionSet WHERE Name = {quoted(NAME)}"  # noqa: S608 - SOQL, quoted
    there = _said(salesforce, asked, "Id")
    if dry_run and not there:
        yield from (Prepared("User", kind, NAME, "missing") for kind in KINDS)
        return
    permission_set = there[0] if there else _permission_set(salesforce)
    yield Prepared("User", KINDS[0], NAME, outcome(there=bool(there), dry_run=dry_run))
    yield _shown(salesforce, permission_set, fields, dry_run=dry_run)
    yield _given(salesforce, permission_set, dry_run=dry_run)


def _permission_set(salesforce: SalesforceClient) -> str:
    """Make the set; its id."""
    made = {"Name": NAME, "Label": NAME, "Description": "Sees and edits the fields that Seatsignal writes."}
    return _made(salesforce, "PermissionSet", [made])[0]


def _shown(
    salesforce: SalesforceClient, permission_set: str, fields: Sequence[str], *, dry_run: bool
) -> Prepared:
    asked = f"SELECT Field FROM FieldPermissions WHERE ParentId = {quoted(permission_set)}"  # noqa: S608 - as above
    missing = sorted({*fields} - {*_said(salesforce, asked, "Field")})
    if missing and not dry_run:
        _made(salesforce, "FieldPermissions", [_right(permission_set, each) for each in missing])
    return Prepared(
        "User", KINDS[1], f"{NAME}: {len(fields)} fields", outcome(there=not missing, dry_run=dry_run)
    )


def _right(permission_set: str, field: str) -> Sent:
    return {
        "ParentId": permission_set,
        "SobjectType": field.partition(".")[0],
        "Field": field,
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }


def _given(salesforce: SalesforceClient, permission_set: str, *, dry_run: bool) -> Prepared:
    user = salesforce.user()
    whose = f"PermissionSetId = {quoted(permission_set)} AND AssigneeId = {quoted(user)}"
    asked = f"SELECT Id FROM PermissionSetAssignment WHERE {whose}"  # noqa: S608 - as above
    there = _said(salesforce, asked, "Id")
    if not there and not dry_run:
        given = {"PermissionSetId": permission_set, "AssigneeId": user}
        _made(salesforce, "PermissionSetAssignment", [given])
    return Prepared("User", KINDS[2], f"{NAME}: the app's user", outcome(there=bool(there), dry_run=dry_run))


def _said(salesforce: SalesforceClient, asked: str, field: str) -> list[str]:
    return [str(row.get(field)) for rows in salesforce.pages(asked) for row in rows.records]


def _made(salesforce: SalesforceClient, kind: str, records: Sequence[Sent]) -> list[str]:
    """The ids of what was made. Raises what the first that was not made has met."""
    saved = salesforce.permit(kind, records)
    for each in saved:
        if not each.success:
            raise failed(each.errors)
    return [each.id or "" for each in saved]
