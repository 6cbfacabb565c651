import pytest

from health.records import SHAPES
from integrations.rows.columns import columns

FORMAT = {
    "accounts": "account_id* name domain customer_type industry size_band country region timezone language"
    " currency parent_id csm_email sales_email created_on do_not_contact",
    "identifiers": "account_id* kind* value*",
    "contacts": "account_id* email* name role language consent",
    "subscriptions": "subscription_id* account_id* term_start* term_end product plan licence_model seats"
    " growth_seats growth_until mrr renewal_mrr list_price discount committed billing_period currency status"
    " purchased_at started_on trial_end notice_days review_on auto_renew cancel_at_period_end",
    "licences": "licence_id* account_id* product plan status* issued_at activated_at first_validated_at"
    " expires_on",
    "activation_steps": "account_id* step* at* outcome user_id help",
    "seats": "account_id* user_id* product email role department assigned_on activated_at last_active_at",
    "usage": "account_id* day* product active_users active_users_30d sign_ins events rate_limit_hits"
    " locked_feature_attempts invitations invitations_accepted consumption metrics",
    "validations": "account_id* day* licence_id outcome* country count*",
    "limits": "account_id* limit* used* allowed* as_of",
    "tickets": "ticket_id* account_id* opened_at* solved_at priority status topic subject tags csat",
    "conversations": "account_id* at* kind subject by",
    "payments": "invoice_id* account_id* due_on* paid_on status* amount currency attempts",
    "surveys": "account_id* kind* score* answered_at* user_id",
    "events": "account_id* at* kind* detail",
    "outcomes": "account_id* at* outcome* mrr_after reason",
    "rates": "day* base* quote* rate*",
}
"""The import format as its documentation lists it, with `*` on what a row must have."""


@pytest.mark.parametrize("name", SHAPES)
def test_records_and_import_format_agree(name: str):
    listed = {f"{column.name}{'*' * column.required}" for column in columns(SHAPES[name])}

    assert listed == set(FORMAT[name].split())
