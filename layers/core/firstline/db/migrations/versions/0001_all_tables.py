"""All tables, once.

Long because a revision is one unit, which is applied whole or not at all; it has landed and its statements do not change.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from firstline.db import rls

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
phase = "pre"


TABLES = [
    "accounts",
    "ai_session_steps",
    "ai_sessions",
    "audit_logs",
    "edge_statistics",
    "flow_match_documents",
    "flow_openings",
    "flow_proposal_evidence",
    "flow_proposals",
    "idempotency_keys",
    "internal_tickets",
    "invites",
    "l1_walk_sessions",
    "library_terms",
    "model_spend",
    "notification_deliveries",
    "notifications",
    "outbox",
    "subscriptions",
    "teams",
    "tree_versions",
    "trees",
    "users",
    "webhook_endpoints",
]


def upgrade() -> None:

    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "l1_categories",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Categories in which building is on; empty turns it off",
        ),
        sa.Column(
            "escalation_recipients",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="User ids; null means the defaults, an empty list means nobody",
        ),
        sa.Column(
            "settings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        comment="Tenants; the root of row-level security.",
    )
    op.create_table(
        "flow_match_documents",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="A flow's id, or a proposal's"),
        sa.Column("is_proposal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "terms",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Stems of the flow and of its openings, each behind the account's mark",
        ),
        sa.Column(
            "stems",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Stems of the flow itself, counted in library_terms",
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_match_documents_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "subject_id", name=op.f("pk_flow_match_documents")),
        comment="Candidate index of matching: one row per live flow or outcome-validated proposal.",
    )
    op.create_index(
        "ix_flow_match_documents_terms", "flow_match_documents", ["terms"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "library_terms",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_library_terms_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "term", name=op.f("pk_library_terms")),
        comment="Document frequencies per account; the empty term counts the documents.",
    )
    op.create_table(
        "model_spend",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=12, scale=6), server_default=sa.text("0"), nullable=False),
        sa.Column("model_calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_model_spend_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_model_spend")),
        comment="Model cost per account and UTC day, in US dollars.",
    )
    op.create_table(
        "outbox",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="Not to be sent before"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_outbox_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_outbox")),
        comment="Messages for the queues; sent_at is null until sent.",
    )
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at"], unique=False)
    op.create_index("ix_outbox_unsent", "outbox", ["due_at"], unique=False, postgresql_where="sent_at IS NULL")
    op.create_table(
        "subscriptions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(length=50), nullable=False),
        sa.Column("seat_limit", sa.Integer(), nullable=True, comment="Engineers; null is unlimited"),
        sa.Column("l1_seat_limit", sa.Integer(), nullable=True, comment="L1 technicians; null is unlimited"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_subscriptions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_subscriptions")),
        comment="Seat limits; null is unlimited.",
    )
    op.create_table(
        "teams",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_teams_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_teams")),
        comment="Teams of an account.",
    )
    op.create_index("uq_teams_account_id_name", "teams", ["account_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "users",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("account_role", sa.String(length=32), nullable=False),
        sa.Column("is_super_admin", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_team_admin", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("can_cover_l1", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column(
            "identity_sub", sa.String(length=128), nullable=True, comment="The sub claim of the identity provider"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "account_role IN ('owner', 'admin', 'engineer', 'l1_tech', 'viewer')",
            name=op.f("ck_users_account_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["teams.account_id", "teams.id"],
            name=op.f("fk_users_account_id_team_id"),
            ondelete="SET NULL (team_id)",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_users_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_users")),
        comment="People; linked to their identity by its sub.",
    )
    op.create_index("ix_users_identity_sub", "users", ["identity_sub"], unique=False)
    op.create_index(
        "uq_users_email",
        "users",
        ["account_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where="deleted_at IS NULL",
    )
    op.create_table(
        "audit_logs",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("resource_type", sa.String(length=50), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("acting_as", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_audit_logs_account_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_audit_logs_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_audit_logs")),
        comment="One row per deed; the application role may only insert and read.",
    )
    op.create_index("ix_audit_logs_account_id_at", "audit_logs", ["account_id", "at", "id"], unique=False)
    op.create_index(
        "ix_audit_logs_resource", "audit_logs", ["account_id", "resource_type", "resource_id"], unique=False
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reply",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="status, headers, body; null while under way",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_idempotency_keys_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "user_id", "key", name=op.f("pk_idempotency_keys")),
        comment="Replies kept for 24 hours under the client's Idempotency-Key.",
    )
    op.create_index("ix_idempotency_keys_claimed_at", "idempotency_keys", ["claimed_at"], unique=False)
    op.create_table(
        "internal_tickets",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_text", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=True),
        sa.Column("customer_contact", sa.String(length=320), nullable=True),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("status", sa.String(length=32), server_default="open", nullable=False),
        sa.Column("created_by_user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reopened_at", sa.DateTime(timezone=True), nullable=True, comment="Set when a resolved ticket came back"
        ),
        sa.CheckConstraint(
            "status IN ('open', 'walking', 'resolved', 'escalated')", name=op.f("ck_internal_tickets_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by_user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_internal_tickets_account_id_created_by_user_id"),
            ondelete="SET NULL (created_by_user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_internal_tickets_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_internal_tickets")),
        comment="Tickets of accounts without a PSA.",
    )
    op.create_index(
        "ix_internal_tickets_queue", "internal_tickets", ["account_id", "status", "created_at", "id"], unique=False
    )
    op.create_table(
        "invites",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=True),
        sa.Column("account_role", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("can_cover_l1", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "account_role IN ('owner', 'admin', 'engineer', 'l1_tech', 'viewer')",
            name=op.f("ck_invites_account_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "accepted_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_invites_account_id_accepted_by"),
            ondelete="SET NULL (accepted_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "invited_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_invites_account_id_invited_by"),
            ondelete="SET NULL (invited_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["teams.account_id", "teams.id"],
            name=op.f("fk_invites_account_id_team_id"),
            ondelete="SET NULL (team_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invites_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_invites")),
        comment="Invitations by e-mail address.",
    )
    op.create_index("ix_invites_email", "invites", [sa.literal_column("lower(email)")], unique=False)
    op.create_index(
        "uq_invites_open_email",
        "invites",
        ["account_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where="accepted_at IS NULL AND revoked_at IS NULL",
    )
    op.create_table(
        "notifications",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.String(length=255), nullable=True),
        sa.Column(
            "subject", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_notifications_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notifications_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_notifications")),
        comment="In-app notifications, one row per user.",
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["account_id", "user_id"],
        unique=False,
        postgresql_where="read_at IS NULL",
    )
    op.create_index(
        "ix_notifications_user", "notifications", ["account_id", "user_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "trees",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("problem_domain", sa.String(length=100), nullable=True),
        sa.Column(
            "tags", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column(
            "match_keywords",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column(
            "draft",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The graph being edited: root, nodes, edges",
        ),
        sa.Column("draft_of", sa.Integer(), nullable=True, comment="The version the draft was begun from"),
        sa.Column(
            "live_version", sa.Integer(), nullable=True, comment="The published version; null while never published"
        ),
        sa.Column(
            "live_revision",
            sa.Integer(),
            nullable=True,
            comment="The revision at the last publication: equal to `revision` means nothing new to publish",
        ),
        sa.Column(
            "revision",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="The ETag; grows with each write",
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("revision > 0", name=op.f("ck_trees_revision_positive")),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_trees_account_id_created_by"),
            ondelete="SET NULL (created_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["teams.account_id", "teams.id"],
            name=op.f("fk_trees_account_id_team_id"),
            ondelete="SET NULL (team_id)",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_trees_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_trees")),
        comment="Flows: draft graph and number of the live version.",
    )
    op.create_index("ix_trees_account_id_updated_at", "trees", ["account_id", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_trees_live",
        "trees",
        ["account_id", "id"],
        unique=False,
        postgresql_where="live_version IS NOT NULL AND archived_at IS NULL",
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column(
            "events",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Event names; empty means every event",
        ),
        sa.Column("secret", sa.String(length=128), nullable=False),
        sa.Column("previous_secret", sa.String(length=128), nullable=True),
        sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_webhook_endpoints_account_id_created_by"),
            ondelete="SET NULL (created_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_webhook_endpoints_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_webhook_endpoints")),
        comment="Receivers of outgoing webhooks.",
    )
    op.create_index(
        "ix_webhook_endpoints_enabled",
        "webhook_endpoints",
        ["account_id"],
        unique=False,
        postgresql_where="disabled_at IS NULL",
    )
    op.create_table(
        "edge_statistics",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False, comment="Option key; empty for an action's way on"),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False, comment="Midnight UTC of the day the walks ended"),
        sa.Column("resolved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("escalated", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("abandoned", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unsure", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "seconds", sa.Float(), server_default=sa.text("0"), nullable=False, comment="Time spent answering, summed"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_edge_statistics_account_id_flow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_edge_statistics_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "flow_id", "node_id", "answer", "day", name=op.f("pk_edge_statistics")),
        comment="Per edge of a published flow and day: walks that took it, by outcome.",
    )
    op.create_table(
        "flow_openings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("walk_id", sa.Uuid(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="Redacted problem text"),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("document", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("vectors", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_flow_openings_account_id_flow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_openings_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_flow_openings")),
        sa.UniqueConstraint("account_id", "walk_id", name=op.f("uq_flow_openings_account_id_walk_id")),
        comment="Past callers' words per flow; each resolved call improves the next match.",
    )
    op.create_index("ix_flow_openings_flow", "flow_openings", ["account_id", "flow_id", "created_at"], unique=False)
    op.create_table(
        "notification_deliveries",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=True),
        sa.Column("webhook_endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=2000), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(length=32), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'webhook')", name=op.f("ck_notification_deliveries_channel_known")),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')", name=op.f("ck_notification_deliveries_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "notification_id"],
            ["notifications.account_id", "notifications.id"],
            name=op.f("fk_notification_deliveries_account_id_notification_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "webhook_endpoint_id"],
            ["webhook_endpoints.account_id", "webhook_endpoints.id"],
            name=op.f("fk_notification_deliveries_account_id_webhook_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notification_deliveries_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_notification_deliveries")),
        comment="Deliveries by mail and webhook with their attempts.",
    )
    op.create_index(
        "ix_notification_deliveries_pending",
        "notification_deliveries",
        ["account_id", "status", "created_at"],
        unique=False,
    )
    op.create_table(
        "tree_versions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("graph", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True, comment="The version a rollback brought back"),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_tree_versions_version_positive")),
        sa.ForeignKeyConstraint(
            ["account_id", "published_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_tree_versions_account_id_published_by"),
            ondelete="SET NULL (published_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "tree_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_tree_versions_account_id_tree_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_tree_versions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_tree_versions")),
        sa.UniqueConstraint(
            "account_id", "tree_id", "version", name=op.f("uq_tree_versions_account_id_tree_id_version")
        ),
        comment="Immutable published versions of flows.",
    )
    op.create_table(
        "ai_sessions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("intake_type", sa.String(length=32), nullable=False),
        sa.Column("problem_text", sa.Text(), nullable=False),
        sa.Column("problem_domain", sa.String(length=100), nullable=True),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("ticket_kind", sa.String(length=32), nullable=True),
        sa.Column("taken_over_walk_id", sa.Uuid(), nullable=True),
        sa.Column("flow_id", sa.Uuid(), nullable=True, comment="The flow whose stuck node was taken over"),
        sa.Column("flow_version_id", sa.Uuid(), nullable=True),
        sa.Column("stuck_node_id", sa.String(length=64), nullable=True),
        sa.Column("match_score", sa.Double(), nullable=True, comment="How well a published flow fits the problem"),
        sa.Column("confidence", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("confidence_tier", sa.String(length=32), server_default="discovery", nullable=False),
        sa.Column("building", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "usage", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("status", sa.String(length=32), server_default="active", nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("resolution_notes", sa.Text(), nullable=True),
        sa.Column("escalation_reason", sa.Text(), nullable=True),
        sa.Column("escalation_reason_category", sa.String(length=50), nullable=True),
        sa.Column("analysis_status", sa.String(length=32), server_default="pending", nullable=False),
        sa.Column("analysis_note", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "analysis_status IN ('pending', 'processing', 'completed', 'skipped', 'failed')",
            name=op.f("ck_ai_sessions_analysis_status_known"),
        ),
        sa.CheckConstraint(
            "confidence_tier IN ('discovery', 'exploring', 'guided')", name=op.f("ck_ai_sessions_confidence_tier_known")
        ),
        sa.CheckConstraint(
            "intake_type IN ('free_text', 'ticket', 'escalation', 'alert')",
            name=op.f("ck_ai_sessions_intake_type_known"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'resolved', 'escalated', 'abandoned')", name=op.f("ck_ai_sessions_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_ai_sessions_account_id_flow_id"),
            ondelete="SET NULL (flow_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_version_id"],
            ["tree_versions.account_id", "tree_versions.id"],
            name=op.f("fk_ai_sessions_account_id_flow_version_id"),
            ondelete="SET NULL (flow_version_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_ai_sessions_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ai_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_ai_sessions")),
        comment="Engineers' assisted sessions.",
    )
    op.create_index(
        "ix_ai_sessions_ended",
        "ai_sessions",
        ["account_id", "resolved_at"],
        unique=False,
        postgresql_where="status <> 'active'",
    )
    op.create_index("ix_ai_sessions_mine", "ai_sessions", ["account_id", "user_id", "last_step_at", "id"], unique=False)
    op.create_index("ix_ai_sessions_recent", "ai_sessions", ["account_id", "last_step_at", "id"], unique=False)
    op.create_index(
        "uq_ai_sessions_taken_over_walk",
        "ai_sessions",
        ["account_id", "taken_over_walk_id"],
        unique=True,
        postgresql_where="taken_over_walk_id IS NOT NULL",
    )
    op.create_table(
        "l1_walk_sessions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_by_user_id", sa.Uuid(), nullable=False),
        sa.Column("acting_as", sa.String(length=32), nullable=True),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_kind", sa.String(length=32), nullable=False),
        sa.Column("session_kind", sa.String(length=32), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column("flow_version_id", sa.Uuid(), nullable=True),
        sa.Column("flow_proposal_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("problem_text", sa.Text(), nullable=True),
        sa.Column("pending_node", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("current_node_id", sa.String(length=64), nullable=True),
        sa.Column(
            "walked_path",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "path_history",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="Tails that stepping back set aside, oldest first",
        ),
        sa.Column(
            "left_flow",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Where a published flow was left: node_id, answer, note, steps before it",
        ),
        sa.Column(
            "draft_graph",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="The draft as it was when its walk began; folding changes proposals",
        ),
        sa.Column(
            "building",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Who is building the next node: token, node_id, answer, until",
        ),
        sa.Column(
            "usage", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "walk_notes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("match_score", sa.Double(), nullable=True),
        sa.Column("status", sa.String(length=32), server_default="active", nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("resolution_notes", sa.Text(), nullable=True),
        sa.Column("escalation_reason", sa.Text(), nullable=True),
        sa.Column("escalation_reason_category", sa.String(length=50), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("analysis_status", sa.String(length=32), server_default="pending", nullable=False),
        sa.Column("analysis_note", sa.Text(), nullable=True, comment="Why it was skipped or failed"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended, whichever way"),
        sa.CheckConstraint(
            "(status = 'active') = (resolved_at IS NULL)", name=op.f("ck_l1_walk_sessions_ended_has_its_time")
        ),
        sa.CheckConstraint(
            "CASE session_kind WHEN 'flow' THEN flow_id IS NOT NULL AND flow_proposal_id IS NULL WHEN 'proposal' THEN flow_proposal_id IS NOT NULL AND flow_id IS NULL ELSE flow_id IS NULL AND flow_proposal_id IS NULL END",
            name=op.f("ck_l1_walk_sessions_kind_has_its_target"),
        ),
        sa.CheckConstraint("acting_as IN ('l1_coverage')", name=op.f("ck_l1_walk_sessions_acting_as_known")),
        sa.CheckConstraint(
            "analysis_status IN ('pending', 'processing', 'completed', 'skipped', 'failed')",
            name=op.f("ck_l1_walk_sessions_analysis_status_known"),
        ),
        sa.CheckConstraint(
            "session_kind IN ('flow', 'proposal', 'adhoc', 'ai_build')",
            name=op.f("ck_l1_walk_sessions_session_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'resolved', 'escalated', 'abandoned')", name=op.f("ck_l1_walk_sessions_status_known")
        ),
        sa.CheckConstraint("ticket_kind IN ('psa', 'internal')", name=op.f("ck_l1_walk_sessions_ticket_kind_known")),
        sa.ForeignKeyConstraint(
            ["account_id", "claimed_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_l1_walk_sessions_account_id_claimed_by"),
            ondelete="SET NULL (claimed_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by_user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_l1_walk_sessions_account_id_created_by_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_l1_walk_sessions_account_id_flow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_version_id"],
            ["tree_versions.account_id", "tree_versions.id"],
            name=op.f("fk_l1_walk_sessions_account_id_flow_version_id"),
            ondelete="SET NULL (flow_version_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_l1_walk_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_l1_walk_sessions")),
        comment="Walks: the path taken, the node served and not yet answered, and how it ended.",
    )
    op.create_index(
        "ix_l1_walk_sessions_ended",
        "l1_walk_sessions",
        ["account_id", "resolved_at"],
        unique=False,
        postgresql_where="status <> 'active'",
    )
    op.create_index(
        "ix_l1_walk_sessions_escalations",
        "l1_walk_sessions",
        ["account_id", "resolved_at", "id"],
        unique=False,
        postgresql_where="status = 'escalated'",
    )
    op.create_index(
        "ix_l1_walk_sessions_flow", "l1_walk_sessions", ["account_id", "flow_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_l1_walk_sessions_idle",
        "l1_walk_sessions",
        ["account_id", "last_step_at"],
        unique=False,
        postgresql_where="status = 'active'",
    )
    op.create_index(
        "ix_l1_walk_sessions_mine",
        "l1_walk_sessions",
        ["account_id", "created_by_user_id", "status", "last_step_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_l1_walk_sessions_recent", "l1_walk_sessions", ["account_id", "last_step_at", "id"], unique=False
    )
    op.create_index("ix_l1_walk_sessions_ticket", "l1_walk_sessions", ["account_id", "ticket_id"], unique=False)
    op.create_index(
        "ix_l1_walk_sessions_waiting",
        "l1_walk_sessions",
        ["account_id", "resolved_at"],
        unique=False,
        postgresql_where="analysis_status IN ('pending', 'processing') AND status = 'resolved'",
    )
    op.create_table(
        "ai_session_steps",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ai_session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "node",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="As served: node_type, text, help, options, script",
        ),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("answer_label", sa.String(length=200), nullable=True),
        sa.Column("free_text", sa.Text(), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "ai_session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("fk_ai_session_steps_account_id_ai_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ai_session_steps_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_ai_session_steps")),
        sa.UniqueConstraint(
            "account_id",
            "ai_session_id",
            "position",
            name=op.f("uq_ai_session_steps_account_id_ai_session_id_position"),
        ),
        comment="Steps of AI sessions in order.",
    )
    op.create_table(
        "flow_proposals",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("source_session_id", sa.Uuid(), nullable=True),
        sa.Column("l1_session_id", sa.Uuid(), nullable=True),
        sa.Column("proposal_type", sa.String(length=32), nullable=False),
        sa.Column("target_flow_id", sa.Uuid(), nullable=True),
        sa.Column(
            "target_version", sa.Integer(), nullable=True, comment="The live version the change was made against"
        ),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "match_keywords",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("proposed_flow_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_diff", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("confidence_score", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "impact",
            sa.Double(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Minutes saved per week by the observed frequency",
        ),
        sa.Column("supporting_session_count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("supporting_session_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem_domain", sa.String(length=100), nullable=True),
        sa.Column("status", sa.String(length=32), server_default="pending", nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewer_notes", sa.Text(), nullable=True),
        sa.Column("published_flow_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=32), server_default="manual_draft", nullable=False),
        sa.Column("linked_ticket_id", sa.String(length=64), nullable=True),
        sa.Column("linked_ticket_kind", sa.String(length=32), nullable=True),
        sa.Column("validated_by_outcome", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "supported_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the last session came in; expiry counts from here",
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "proposal_type IN ('new_flow', 'enhancement', 'branch_addition', 'auto_reinforced')",
            name=op.f("ck_flow_proposals_proposal_type_known"),
        ),
        sa.CheckConstraint(
            "source IN ('ai_realtime_l1', 'kb_accelerator', 'manual_draft', 'ai_promoted')",
            name=op.f("ck_flow_proposals_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'modified', 'rejected', 'dismissed', 'auto_reinforced')",
            name=op.f("ck_flow_proposals_status_known"),
        ),
        sa.CheckConstraint("confidence_score BETWEEN 0 AND 1", name=op.f("ck_flow_proposals_confidence_is_a_share")),
        sa.CheckConstraint(
            "num_nonnulls(source_session_id, l1_session_id) = 1", name=op.f("ck_flow_proposals_one_source")
        ),
        sa.CheckConstraint(
            "supporting_session_count = jsonb_array_length(supporting_session_ids)",
            name=op.f("ck_flow_proposals_count_follows_ids"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "published_flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_flow_proposals_account_id_published_flow_id"),
            ondelete="SET NULL (published_flow_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "reviewed_by"],
            ["users.account_id", "users.id"],
            name=op.f("fk_flow_proposals_account_id_reviewed_by"),
            ondelete="SET NULL (reviewed_by)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "source_session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("fk_flow_proposals_account_id_source_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "target_flow_id"],
            ["trees.account_id", "trees.id"],
            name=op.f("fk_flow_proposals_account_id_target_flow_id"),
            ondelete="SET NULL (target_flow_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["teams.account_id", "teams.id"],
            name=op.f("fk_flow_proposals_account_id_team_id"),
            ondelete="SET NULL (team_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_proposals_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_flow_proposals")),
        comment="Proposals waiting for review, reviewed ones, and tracking rows of reinforced walks.",
    )
    op.create_index("ix_flow_proposals_l1_session", "flow_proposals", ["account_id", "l1_session_id"], unique=False)
    op.create_index("ix_flow_proposals_made", "flow_proposals", ["account_id", "created_at"], unique=False)
    op.create_index(
        "ix_flow_proposals_queue",
        "flow_proposals",
        ["account_id", "status", "validated_by_outcome", "impact", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_flow_proposals_support", "flow_proposals", ["supporting_session_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_flow_proposals_target", "flow_proposals", ["account_id", "target_flow_id", "status"], unique=False
    )
    op.create_table(
        "flow_proposal_evidence",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("fold", sa.Text(), nullable=False, comment="The fold so far, with the walks in it"),
        sa.Column(
            "signature",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What the walks of the problem say and ask, summed",
        ),
        sa.Column(
            "terms", postgresql.ARRAY(sa.Text()), nullable=False, comment="Telling words, for the candidate query"
        ),
        sa.Column(
            "place",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Of a branch: attachment, flow_name, offsets of its first step per session",
        ),
        sa.Column(
            "later_sessions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="Sessions of the problem since it was rejected",
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "proposal_id"],
            ["flow_proposals.account_id", "flow_proposals.id"],
            name=op.f("fk_flow_proposal_evidence_account_id_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_proposal_evidence_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "proposal_id", name=op.f("pk_flow_proposal_evidence")),
        comment="Folding state and grouping signature per proposal.",
    )
    op.create_index(
        "ix_flow_proposal_evidence_terms", "flow_proposal_evidence", ["terms"], unique=False, postgresql_using="gin"
    )
    op.create_foreign_key(
        "fk_ai_sessions_walk",
        "ai_sessions",
        "l1_walk_sessions",
        ["account_id", "taken_over_walk_id"],
        ["account_id", "id"],
        ondelete="SET NULL (taken_over_walk_id)",
    )
    op.create_foreign_key(
        "fk_flow_openings_walk",
        "flow_openings",
        "l1_walk_sessions",
        ["account_id", "walk_id"],
        ["account_id", "id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        "fk_flow_proposals_l1_session",
        "flow_proposals",
        "l1_walk_sessions",
        ["account_id", "l1_session_id"],
        ["account_id", "id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        "fk_tree_versions_proposal",
        "tree_versions",
        "flow_proposals",
        ["account_id", "proposal_id"],
        ["account_id", "id"],
        ondelete="SET NULL (proposal_id)",
    )
    op.create_foreign_key(
        "fk_walks_proposal",
        "l1_walk_sessions",
        "flow_proposals",
        ["account_id", "flow_proposal_id"],
        ["account_id", "id"],
        ondelete="CASCADE",
    )
    for table in TABLES:
        for statement in rls.secure(table):
            op.execute(statement)
    for statement in [*rls.doors(), *rls.grants(TABLES, "firstline_app")]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_constraint("fk_ai_sessions_walk", "ai_sessions", type_="foreignkey")
    op.drop_constraint("fk_flow_openings_walk", "flow_openings", type_="foreignkey")
    op.drop_constraint("fk_flow_proposals_l1_session", "flow_proposals", type_="foreignkey")
    op.drop_constraint("fk_tree_versions_proposal", "tree_versions", type_="foreignkey")
    op.drop_constraint("fk_walks_proposal", "l1_walk_sessions", type_="foreignkey")

    op.drop_index("ix_flow_proposal_evidence_terms", table_name="flow_proposal_evidence", postgresql_using="gin")
    op.drop_table("flow_proposal_evidence")
    op.drop_index("ix_flow_proposals_target", table_name="flow_proposals")
    op.drop_index("ix_flow_proposals_support", table_name="flow_proposals", postgresql_using="gin")
    op.drop_index("ix_flow_proposals_queue", table_name="flow_proposals")
    op.drop_index("ix_flow_proposals_made", table_name="flow_proposals")
    op.drop_index("ix_flow_proposals_l1_session", table_name="flow_proposals")
    op.drop_table("flow_proposals")
    op.drop_table("ai_session_steps")
    op.drop_index(
        "ix_l1_walk_sessions_waiting",
        table_name="l1_walk_sessions",
        postgresql_where="analysis_status IN ('pending', 'processing') AND status = 'resolved'",
    )
    op.drop_index("ix_l1_walk_sessions_ticket", table_name="l1_walk_sessions")
    op.drop_index("ix_l1_walk_sessions_recent", table_name="l1_walk_sessions")
    op.drop_index("ix_l1_walk_sessions_mine", table_name="l1_walk_sessions")
    op.drop_index("ix_l1_walk_sessions_idle", table_name="l1_walk_sessions", postgresql_where="status = 'active'")
    op.drop_index("ix_l1_walk_sessions_flow", table_name="l1_walk_sessions")
    op.drop_index(
        "ix_l1_walk_sessions_escalations", table_name="l1_walk_sessions", postgresql_where="status = 'escalated'"
    )
    op.drop_index("ix_l1_walk_sessions_ended", table_name="l1_walk_sessions", postgresql_where="status <> 'active'")
    op.drop_table("l1_walk_sessions")
    op.drop_index(
        "uq_ai_sessions_taken_over_walk", table_name="ai_sessions", postgresql_where="taken_over_walk_id IS NOT NULL"
    )
    op.drop_index("ix_ai_sessions_recent", table_name="ai_sessions")
    op.drop_index("ix_ai_sessions_mine", table_name="ai_sessions")
    op.drop_index("ix_ai_sessions_ended", table_name="ai_sessions", postgresql_where="status <> 'active'")
    op.drop_table("ai_sessions")
    op.drop_table("tree_versions")
    op.drop_index("ix_notification_deliveries_pending", table_name="notification_deliveries")
    op.drop_table("notification_deliveries")
    op.drop_index("ix_flow_openings_flow", table_name="flow_openings")
    op.drop_table("flow_openings")
    op.drop_table("edge_statistics")
    op.drop_index(
        "ix_webhook_endpoints_enabled", table_name="webhook_endpoints", postgresql_where="disabled_at IS NULL"
    )
    op.drop_table("webhook_endpoints")
    op.drop_index(
        "ix_trees_live", table_name="trees", postgresql_where="live_version IS NOT NULL AND archived_at IS NULL"
    )
    op.drop_index("ix_trees_account_id_updated_at", table_name="trees")
    op.drop_table("trees")
    op.drop_index("ix_notifications_user", table_name="notifications")
    op.drop_index("ix_notifications_unread", table_name="notifications", postgresql_where="read_at IS NULL")
    op.drop_table("notifications")
    op.drop_index(
        "uq_invites_open_email", table_name="invites", postgresql_where="accepted_at IS NULL AND revoked_at IS NULL"
    )
    op.drop_index("ix_invites_email", table_name="invites")
    op.drop_table("invites")
    op.drop_index("ix_internal_tickets_queue", table_name="internal_tickets")
    op.drop_table("internal_tickets")
    op.drop_index("ix_idempotency_keys_claimed_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_audit_logs_resource", table_name="audit_logs")
    op.drop_index("ix_audit_logs_account_id_at", table_name="audit_logs")
    op.drop_table("audit_logs")
    op.drop_index("uq_users_email", table_name="users", postgresql_where="deleted_at IS NULL")
    op.drop_index("ix_users_identity_sub", table_name="users")
    op.drop_table("users")
    op.drop_index("uq_teams_account_id_name", table_name="teams")
    op.drop_table("teams")
    op.drop_table("subscriptions")
    op.drop_index("ix_outbox_unsent", table_name="outbox", postgresql_where="sent_at IS NULL")
    op.drop_index("ix_outbox_sent_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("model_spend")
    op.drop_table("library_terms")
    op.drop_index("ix_flow_match_documents_terms", table_name="flow_match_documents", postgresql_using="gin")
    op.drop_table("flow_match_documents")
    op.drop_table("accounts")
