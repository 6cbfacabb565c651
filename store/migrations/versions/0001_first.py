"""The first schema"""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('touched', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('fresh', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('judged', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('judged_run', sa.BigInteger(), nullable=True),
    sa.Column('features', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('key', name=op.f('uq_accounts_key'))
    )
    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('actor', sa.Text(), server_default='', nullable=False),
    sa.Column('action', sa.Text(), server_default='', nullable=False),
    sa.Column('about', sa.Text(), server_default='', nullable=False),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('bodies',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_bodies'))
    )
    op.create_table('consents',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=False),
    sa.Column('changed_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('subject', 'topic', name=op.f('pk_consents'))
    )
    op.create_table('fact_accounts',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('domain', sa.Text(), nullable=True),
    sa.Column('customer_type', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('size_band', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.Text(), nullable=True),
    sa.Column('csm_email', sa.Text(), nullable=True),
    sa.Column('sales_email', sa.Text(), nullable=True),
    sa.Column('created_on', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', name=op.f('pk_fact_accounts'))
    )
    op.create_table('fact_accounts_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('domain', sa.Text(), nullable=True),
    sa.Column('customer_type', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('size_band', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.Text(), nullable=True),
    sa.Column('csm_email', sa.Text(), nullable=True),
    sa.Column('sales_email', sa.Text(), nullable=True),
    sa.Column('created_on', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_accounts_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_accounts_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_activation_steps',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('help', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'step', 'at_ms', 'user_id', name=op.f('pk_fact_activation_steps'))
    )
    op.create_table('fact_activation_steps_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('help', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_activation_steps_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_activation_steps_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_contacts',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('consent', sa.Boolean(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'subject', name=op.f('pk_fact_contacts'))
    )
    op.create_table('fact_contacts_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('consent', sa.Boolean(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_contacts_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_contacts_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_conversations',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('by', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'at_ms', 'kind', name=op.f('pk_fact_conversations'))
    )
    op.create_table('fact_conversations_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('by', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_conversations_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_conversations_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_events',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'at_ms', 'kind', 'detail', name=op.f('pk_fact_events'))
    )
    op.create_table('fact_events_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_events_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_events_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_licences',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('licence_id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('product', sa.Text(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('issued_ms', sa.BigInteger(), nullable=True),
    sa.Column('activated_ms', sa.BigInteger(), nullable=True),
    sa.Column('first_validated_ms', sa.BigInteger(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'licence_id', name=op.f('pk_fact_licences'))
    )
    with op.batch_alter_table('fact_licences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_licences_source_account'), ['source_account'], unique=False)

    op.create_table('fact_licences_past',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('licence_id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('product', sa.Text(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('issued_ms', sa.BigInteger(), nullable=True),
    sa.Column('activated_ms', sa.BigInteger(), nullable=True),
    sa.Column('first_validated_ms', sa.BigInteger(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_licences_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_licences_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_limits',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('limit', sa.Text(), nullable=False),
    sa.Column('used', sa.Float(), nullable=True),
    sa.Column('allowed', sa.Float(), nullable=True),
    sa.Column('as_of', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'limit', name=op.f('pk_fact_limits'))
    )
    op.create_table('fact_limits_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('limit', sa.Text(), nullable=False),
    sa.Column('used', sa.Float(), nullable=True),
    sa.Column('allowed', sa.Float(), nullable=True),
    sa.Column('as_of', sa.Date(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_limits_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_limits_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_outcomes',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('mrr_after_minor', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'at', 'outcome', name=op.f('pk_fact_outcomes'))
    )
    op.create_table('fact_outcomes_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('mrr_after_minor', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_outcomes_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_outcomes_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_payments',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('invoice_id', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'invoice_id', name=op.f('pk_fact_payments'))
    )
    with op.batch_alter_table('fact_payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_payments_source_account'), ['source_account'], unique=False)

    op.create_table('fact_payments_past',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('invoice_id', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_payments_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_payments_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_rates',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('base', sa.Text(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('rate', sa.Float(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'day', 'base', 'quote', name=op.f('pk_fact_rates'))
    )
    op.create_table('fact_rates_past',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('base', sa.Text(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('rate', sa.Float(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_rates_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_rates_past_source_until_batch'), ['source', 'until_batch'], unique=False)

    op.create_table('fact_seats',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('product', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('assigned_on', sa.Date(), nullable=True),
    sa.Column('activated_ms', sa.BigInteger(), nullable=True),
    sa.Column('last_active_ms', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'user_id', 'product', name=op.f('pk_fact_seats'))
    )
    op.create_table('fact_seats_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('product', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('assigned_on', sa.Date(), nullable=True),
    sa.Column('activated_ms', sa.BigInteger(), nullable=True),
    sa.Column('last_active_ms', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_seats_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_seats_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_subscriptions',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscription_id', sa.Text(), nullable=False),
    sa.Column('term_start', sa.Date(), nullable=False),
    sa.Column('term_end', sa.Date(), nullable=True),
    sa.Column('product', sa.Text(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('licence_model', sa.Text(), nullable=True),
    sa.Column('seats', sa.BigInteger(), nullable=True),
    sa.Column('growth_seats', sa.BigInteger(), nullable=True),
    sa.Column('growth_until', sa.Date(), nullable=True),
    sa.Column('mrr_minor', sa.BigInteger(), nullable=True),
    sa.Column('renewal_mrr_minor', sa.BigInteger(), nullable=True),
    sa.Column('list_price_minor', sa.BigInteger(), nullable=True),
    sa.Column('discount', sa.Float(), nullable=True),
    sa.Column('committed', sa.Float(), nullable=True),
    sa.Column('billing_period', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('purchased_ms', sa.BigInteger(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('trial_end', sa.Date(), nullable=True),
    sa.Column('notice_days', sa.BigInteger(), nullable=True),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('auto_renew', sa.Boolean(), nullable=True),
    sa.Column('cancel_at_period_end', sa.Boolean(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'subscription_id', 'term_start', name=op.f('pk_fact_subscriptions'))
    )
    with op.batch_alter_table('fact_subscriptions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_subscriptions_source_account'), ['source_account'], unique=False)

    op.create_table('fact_subscriptions_past',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscription_id', sa.Text(), nullable=False),
    sa.Column('term_start', sa.Date(), nullable=False),
    sa.Column('term_end', sa.Date(), nullable=True),
    sa.Column('product', sa.Text(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('licence_model', sa.Text(), nullable=True),
    sa.Column('seats', sa.BigInteger(), nullable=True),
    sa.Column('growth_seats', sa.BigInteger(), nullable=True),
    sa.Column('growth_until', sa.Date(), nullable=True),
    sa.Column('mrr_minor', sa.BigInteger(), nullable=True),
    sa.Column('renewal_mrr_minor', sa.BigInteger(), nullable=True),
    sa.Column('list_price_minor', sa.BigInteger(), nullable=True),
    sa.Column('discount', sa.Float(), nullable=True),
    sa.Column('committed', sa.Float(), nullable=True),
    sa.Column('billing_period', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('purchased_ms', sa.BigInteger(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('trial_end', sa.Date(), nullable=True),
    sa.Column('notice_days', sa.BigInteger(), nullable=True),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('auto_renew', sa.Boolean(), nullable=True),
    sa.Column('cancel_at_period_end', sa.Boolean(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_subscriptions_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_subscriptions_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_surveys',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('answered_ms', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'kind', 'answered_ms', 'user_id', name=op.f('pk_fact_surveys'))
    )
    op.create_table('fact_surveys_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('answered_ms', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_surveys_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_surveys_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_tickets',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.Text(), nullable=False),
    sa.Column('opened_ms', sa.BigInteger(), nullable=True),
    sa.Column('solved_ms', sa.BigInteger(), nullable=True),
    sa.Column('priority', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('topic', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('tags', sa.Text(), nullable=True),
    sa.Column('csat', sa.Float(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'ticket_id', name=op.f('pk_fact_tickets'))
    )
    with op.batch_alter_table('fact_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_tickets_source_account'), ['source_account'], unique=False)

    op.create_table('fact_tickets_past',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.Text(), nullable=False),
    sa.Column('opened_ms', sa.BigInteger(), nullable=True),
    sa.Column('solved_ms', sa.BigInteger(), nullable=True),
    sa.Column('priority', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('topic', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('tags', sa.Text(), nullable=True),
    sa.Column('csat', sa.Float(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_tickets_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_tickets_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_usage',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('product', sa.Text(), nullable=False),
    sa.Column('active_users', sa.BigInteger(), nullable=True),
    sa.Column('active_users_30d', sa.BigInteger(), nullable=True),
    sa.Column('sign_ins', sa.BigInteger(), nullable=True),
    sa.Column('events', sa.BigInteger(), nullable=True),
    sa.Column('rate_limit_hits', sa.BigInteger(), nullable=True),
    sa.Column('locked_feature_attempts', sa.BigInteger(), nullable=True),
    sa.Column('invitations', sa.BigInteger(), nullable=True),
    sa.Column('invitations_accepted', sa.BigInteger(), nullable=True),
    sa.Column('consumption', sa.Float(), nullable=True),
    sa.Column('metrics', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'day', 'product', name=op.f('pk_fact_usage'))
    )
    op.create_table('fact_usage_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('product', sa.Text(), nullable=False),
    sa.Column('active_users', sa.BigInteger(), nullable=True),
    sa.Column('active_users_30d', sa.BigInteger(), nullable=True),
    sa.Column('sign_ins', sa.BigInteger(), nullable=True),
    sa.Column('events', sa.BigInteger(), nullable=True),
    sa.Column('rate_limit_hits', sa.BigInteger(), nullable=True),
    sa.Column('locked_feature_attempts', sa.BigInteger(), nullable=True),
    sa.Column('invitations', sa.BigInteger(), nullable=True),
    sa.Column('invitations_accepted', sa.BigInteger(), nullable=True),
    sa.Column('consumption', sa.Float(), nullable=True),
    sa.Column('metrics', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_usage_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_usage_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('fact_validations',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=True),
    sa.Column('licence_id', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_account', 'day', 'licence_id', 'outcome', 'country', name=op.f('pk_fact_validations'))
    )
    op.create_table('fact_validations_past',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=True),
    sa.Column('licence_id', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('until_batch', sa.BigInteger(), nullable=False)
    )
    with op.batch_alter_table('fact_validations_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_validations_past_source_account_until_batch'), ['source_account', 'until_batch'], unique=False)

    op.create_table('inbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('received_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox')),
    sa.UniqueConstraint('source', 'event', name=op.f('uq_inbox_source_event'))
    )
    op.create_table('installation',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_installation'))
    )
    op.create_table('job_slots',
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('slot', sa.BigInteger(), nullable=False),
    sa.Column('rung_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('done_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('job', 'slot', name=op.f('pk_job_slots'))
    )
    op.create_table('runs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), server_default='', nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('first', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('live', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('status', sa.Text(), server_default='open', nullable=False),
    sa.Column('held_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('policy_hash', sa.Text(), server_default='', nullable=False),
    sa.Column('engine_version', sa.Text(), server_default='', nullable=False),
    sa.Column('known', sa.Text(), server_default='', nullable=False),
    sa.Column('pulse', sa.Text(), server_default='', nullable=False),
    sa.Column('chunks_left', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('assessed', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('worsened', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('opened_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('released_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_runs'))
    )
    op.create_table('source_status',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=True),
    sa.Column('batch', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('kinds', sa.Text(), server_default='', nullable=False),
    sa.Column('complete_through', sa.Date(), nullable=True),
    sa.Column('reaching', sa.Date(), nullable=True),
    sa.Column('pulled_ms', sa.BigInteger(), nullable=True),
    sa.Column('failed_ms', sa.BigInteger(), nullable=True),
    sa.Column('failure', sa.Text(), server_default='', nullable=False),
    sa.Column('paused', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_status'))
    )
    op.create_table('subjects',
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('archive_key', sa.LargeBinary(), nullable=True),
    sa.Column('erased_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_subjects'))
    )
    op.create_table('threads',
    sa.Column('thread', sa.Text(), nullable=False),
    sa.Column('remote', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('thread', name=op.f('pk_threads'))
    )
    op.create_table('assessments',
    sa.Column('account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('run', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('points', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('low', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('high', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('coverage', sa.Float(), nullable=False),
    sa.Column('band', sa.Text(), server_default='', nullable=False),
    sa.Column('term', sa.Text(), server_default='', nullable=False),
    sa.Column('verdict', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('fk_assessments_account')),
    sa.ForeignKeyConstraint(['run'], ['runs.id'], name=op.f('fk_assessments_run')),
    sa.PrimaryKeyConstraint('account', 'as_of', 'run', name=op.f('pk_assessments'))
    )
    with op.batch_alter_table('assessments', schema=None) as batch_op:
        batch_op.create_index('ix_assessments_run', ['run'], unique=False)

    op.create_table('batches',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('pulled_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('complete_through', sa.Date(), nullable=True),
    sa.Column('complete', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('rows', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['source'], ['source_status.source'], name=op.f('fk_batches_source')),
    sa.PrimaryKeyConstraint('source', 'batch', name=op.f('pk_batches'))
    )
    op.create_table('chunks',
    sa.Column('run', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('first_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rung_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('done_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['run'], ['runs.id'], name=op.f('fk_chunks_run')),
    sa.PrimaryKeyConstraint('run', 'first_account', name=op.f('pk_chunks'))
    )
    op.create_table('flags',
    sa.Column('account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('term', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='', nullable=False),
    sa.Column('why', sa.Text(), server_default='', nullable=False),
    sa.Column('severity', sa.Text(), server_default='', nullable=False),
    sa.Column('evidence', sa.Text(), server_default='', nullable=False),
    sa.Column('gate', sa.Text(), server_default='', nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('run', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('fk_flags_account')),
    sa.PrimaryKeyConstraint('account', 'kind', 'reason', 'term', name=op.f('pk_flags'))
    )
    op.create_table('notices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('destination', sa.Text(), server_default='', nullable=False),
    sa.Column('kind', sa.Text(), server_default='', nullable=False),
    sa.Column('thread', sa.Text(), server_default='', nullable=False),
    sa.Column('account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('run', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('template', sa.Text(), server_default='', nullable=False),
    sa.Column('owner', sa.Text(), server_default='', nullable=False),
    sa.Column('payload', sa.Text(), server_default='', nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), server_default='planned', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('attempt', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('strikes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('keyed', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('claim', sa.Text(), nullable=True),
    sa.Column('lease_ms', sa.BigInteger(), nullable=True),
    sa.Column('due_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('planned_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('settled_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('fk_notices_account')),
    sa.ForeignKeyConstraint(['body'], ['bodies.hash'], name=op.f('fk_notices_body')),
    sa.ForeignKeyConstraint(['run'], ['runs.id'], name=op.f('fk_notices_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('key', name=op.f('uq_notices_key'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_due', ['destination', 'due_ms', 'id'], unique=False, postgresql_where=sa.text("status = 'due'"), sqlite_where=sa.text("status = 'due'"))
        batch_op.create_index('ix_notices_leased', ['lease_ms'], unique=False, postgresql_where=sa.text("status IN ('claimed', 'sending')"), sqlite_where=sa.text("status IN ('claimed', 'sending')"))
        batch_op.create_index('ix_notices_run', ['run'], unique=False)
        batch_op.create_index('ix_notices_thread', ['thread', 'id'], unique=False, postgresql_where=sa.text("status IN ('planned', 'due', 'claimed', 'sending')"), sqlite_where=sa.text("status IN ('planned', 'due', 'claimed', 'sending')"))

    op.create_table('source_accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['source'], ['source_status.source'], name=op.f('fk_source_accounts_source')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_accounts')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_source_accounts_source_external_id'))
    )
    op.create_table('links',
    sa.Column('source_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rule', sa.Text(), server_default='', nullable=False),
    sa.Column('evidence', sa.Text(), server_default='', nullable=False),
    sa.Column('from_batch', sa.BigInteger(), nullable=False),
    sa.Column('to_batch', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('fk_links_account')),
    sa.ForeignKeyConstraint(['source_account'], ['source_accounts.id'], name=op.f('fk_links_source_account')),
    sa.PrimaryKeyConstraint('source_account', 'from_batch', name=op.f('pk_links'))
    )
    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_links_account'), ['account'], unique=False)
        batch_op.create_index('ix_links_open', ['source_account'], unique=True, postgresql_where=sa.text('to_batch IS NULL'), sqlite_where=sa.text('to_batch IS NULL'))

    op.create_table('receipts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notice', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('outcome', sa.Text(), server_default='', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('remote', sa.Text(), server_default='', nullable=False),
    sa.Column('at_ms', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['notice'], ['notices.id'], name=op.f('fk_receipts_notice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts'))
    )
    with op.batch_alter_table('receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_receipts_notice'), ['notice'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('receipts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_receipts_notice'))

    op.drop_table('receipts')
    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.drop_index('ix_links_open', postgresql_where=sa.text('to_batch IS NULL'), sqlite_where=sa.text('to_batch IS NULL'))
        batch_op.drop_index(batch_op.f('ix_links_account'))

    op.drop_table('links')
    op.drop_table('source_accounts')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('ix_notices_thread', postgresql_where=sa.text("status IN ('planned', 'due', 'claimed', 'sending')"), sqlite_where=sa.text("status IN ('planned', 'due', 'claimed', 'sending')"))
        batch_op.drop_index('ix_notices_run')
        batch_op.drop_index('ix_notices_leased', postgresql_where=sa.text("status IN ('claimed', 'sending')"), sqlite_where=sa.text("status IN ('claimed', 'sending')"))
        batch_op.drop_index('ix_notices_due', postgresql_where=sa.text("status = 'due'"), sqlite_where=sa.text("status = 'due'"))

    op.drop_table('notices')
    op.drop_table('flags')
    op.drop_table('chunks')
    op.drop_table('batches')
    with op.batch_alter_table('assessments', schema=None) as batch_op:
        batch_op.drop_index('ix_assessments_run')

    op.drop_table('assessments')
    op.drop_table('threads')
    op.drop_table('subjects')
    op.drop_table('source_status')
    op.drop_table('runs')
    op.drop_table('job_slots')
    op.drop_table('installation')
    op.drop_table('inbox')
    with op.batch_alter_table('fact_validations_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_validations_past_source_account_until_batch'))

    op.drop_table('fact_validations_past')
    op.drop_table('fact_validations')
    with op.batch_alter_table('fact_usage_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_usage_past_source_account_until_batch'))

    op.drop_table('fact_usage_past')
    op.drop_table('fact_usage')
    with op.batch_alter_table('fact_tickets_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_tickets_past_source_account_until_batch'))

    op.drop_table('fact_tickets_past')
    with op.batch_alter_table('fact_tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_tickets_source_account'))

    op.drop_table('fact_tickets')
    with op.batch_alter_table('fact_surveys_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_surveys_past_source_account_until_batch'))

    op.drop_table('fact_surveys_past')
    op.drop_table('fact_surveys')
    with op.batch_alter_table('fact_subscriptions_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_subscriptions_past_source_account_until_batch'))

    op.drop_table('fact_subscriptions_past')
    with op.batch_alter_table('fact_subscriptions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_subscriptions_source_account'))

    op.drop_table('fact_subscriptions')
    with op.batch_alter_table('fact_seats_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_seats_past_source_account_until_batch'))

    op.drop_table('fact_seats_past')
    op.drop_table('fact_seats')
    with op.batch_alter_table('fact_rates_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_rates_past_source_until_batch'))

    op.drop_table('fact_rates_past')
    op.drop_table('fact_rates')
    with op.batch_alter_table('fact_payments_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_payments_past_source_account_until_batch'))

    op.drop_table('fact_payments_past')
    with op.batch_alter_table('fact_payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_payments_source_account'))

    op.drop_table('fact_payments')
    with op.batch_alter_table('fact_outcomes_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_outcomes_past_source_account_until_batch'))

    op.drop_table('fact_outcomes_past')
    op.drop_table('fact_outcomes')
    with op.batch_alter_table('fact_limits_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_limits_past_source_account_until_batch'))

    op.drop_table('fact_limits_past')
    op.drop_table('fact_limits')
    with op.batch_alter_table('fact_licences_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_licences_past_source_account_until_batch'))

    op.drop_table('fact_licences_past')
    with op.batch_alter_table('fact_licences', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_licences_source_account'))

    op.drop_table('fact_licences')
    with op.batch_alter_table('fact_events_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_events_past_source_account_until_batch'))

    op.drop_table('fact_events_past')
    op.drop_table('fact_events')
    with op.batch_alter_table('fact_conversations_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_conversations_past_source_account_until_batch'))

    op.drop_table('fact_conversations_past')
    op.drop_table('fact_conversations')
    with op.batch_alter_table('fact_contacts_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_contacts_past_source_account_until_batch'))

    op.drop_table('fact_contacts_past')
    op.drop_table('fact_contacts')
    with op.batch_alter_table('fact_activation_steps_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_activation_steps_past_source_account_until_batch'))

    op.drop_table('fact_activation_steps_past')
    op.drop_table('fact_activation_steps')
    with op.batch_alter_table('fact_accounts_past', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_accounts_past_source_account_until_batch'))

    op.drop_table('fact_accounts_past')
    op.drop_table('fact_accounts')
    op.drop_table('consents')
    op.drop_table('bodies')
    op.drop_table('audit')
    op.drop_table('accounts')
