"""Additions to the first tables: what a flow's vectors are made of, and a proposal's walks in a table of their own.

Long because a revision is one unit, as the first one is.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from firstline.db import rls

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
phase = "pre"


# Behind row-level security only operators that cannot leak may use an index: = and < of a B-tree, not @> of a GIN.
# So what a GIN index would hold stands in tables, and triggers keep them as the server keeps an index.
_TERM_INDEX = (
    """
    CREATE FUNCTION keep_flow_match_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before text[] := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE OLD.terms END;
        after text[] := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE NEW.terms END;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM flow_match_terms
            WHERE account_id = OLD.account_id AND subject_id = OLD.subject_id AND term = ANY (
                ARRAY(SELECT term FROM unnest(before) AS term WHERE term <> ALL (after))
            );
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO flow_match_terms (account_id, term, subject_id)
            SELECT NEW.account_id, term, NEW.subject_id FROM unnest(after) AS term
            WHERE term <> ALL (before) ORDER BY 2 ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER keep_flow_match_terms AFTER INSERT OR UPDATE OF terms OR DELETE ON flow_match_documents
    FOR EACH ROW EXECUTE FUNCTION keep_flow_match_terms()
    """,
)
_NAMED = """
    CREATE FUNCTION named_stems(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
        SELECT coalesce(array_agg(claim ->> 0), '{}') FROM jsonb_array_elements(document -> 'claims') AS claim
        WHERE claim ->> 4 = '1'
    $$
"""
_WORD_INDEX = (
    """
    CREATE FUNCTION words_of_flow(flow trees) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
        SELECT coalesce(array_agg(DISTINCT left(word, 100)), '{}') FROM regexp_split_to_table(lower(concat_ws(' ',
            flow.name, flow.description,
            (SELECT string_agg(tag, ' ') FROM jsonb_array_elements_text(flow.tags) AS tag),
            (SELECT string_agg(keyword, ' ') FROM jsonb_array_elements_text(flow.match_keywords) AS keyword)
        )), '[[:space:]]+') AS word WHERE word <> ''
    $$
    """,
    """
    CREATE FUNCTION keep_flow_words() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before text[] := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE words_of_flow(OLD) END;
        after text[] := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE words_of_flow(NEW) END;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM flow_words WHERE account_id = OLD.account_id AND flow_id = OLD.id AND word = ANY (
                ARRAY(SELECT word FROM unnest(before) AS word WHERE word <> ALL (after))
            );
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO flow_words (account_id, word, flow_id)
            SELECT NEW.account_id, word, NEW.id FROM unnest(after) AS word
            WHERE word <> ALL (before) ORDER BY 2 ON CONFLICT DO NOTHING;
            INSERT INTO library_words (account_id, word)
            SELECT NEW.account_id, word FROM unnest(after) AS word
            WHERE word <> ALL (before) ORDER BY 2 ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER keep_flow_words AFTER INSERT OR UPDATE OF name, description, tags, match_keywords OR DELETE ON trees
    FOR EACH ROW EXECUTE FUNCTION keep_flow_words()
    """,
)
_PROPOSAL_TERM_INDEX = (
    """
    CREATE FUNCTION keep_flow_proposal_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before text[] := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE OLD.terms END;
        after text[] := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE NEW.terms END;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM flow_proposal_terms
            WHERE account_id = OLD.account_id AND status IN ('pending', 'rejected') AND proposal_id = OLD.proposal_id
            AND term = ANY (ARRAY(SELECT term FROM unnest(before) AS term WHERE term <> ALL (after)));
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO flow_proposal_terms (account_id, status, term, proposal_id)
            SELECT proposal.account_id, proposal.status, term, proposal.id
            FROM flow_proposals AS proposal, unnest(after) AS term
            WHERE proposal.account_id = NEW.account_id AND proposal.id = NEW.proposal_id
            AND proposal.status IN ('pending', 'rejected') AND term <> ALL (before)
            ORDER BY 3 ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER keep_flow_proposal_terms AFTER INSERT OR UPDATE OF terms OR DELETE ON flow_proposal_evidence
    FOR EACH ROW EXECUTE FUNCTION keep_flow_proposal_terms()
    """,
    """
    CREATE FUNCTION move_flow_proposal_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM flow_proposal_terms AS known USING flow_proposal_evidence AS evidence
        WHERE evidence.account_id = OLD.account_id AND evidence.proposal_id = OLD.id
        AND known.account_id = OLD.account_id AND known.status = OLD.status AND known.proposal_id = OLD.id
        AND known.term = ANY (evidence.terms);
        INSERT INTO flow_proposal_terms (account_id, status, term, proposal_id)
        SELECT NEW.account_id, NEW.status, term, NEW.id
        FROM flow_proposal_evidence AS evidence, unnest(evidence.terms) AS term
        WHERE evidence.account_id = NEW.account_id AND evidence.proposal_id = NEW.id
        AND NEW.status IN ('pending', 'rejected')
        ORDER BY 3 ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER move_flow_proposal_terms AFTER UPDATE OF status ON flow_proposals
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION move_flow_proposal_terms()
    """,
)
_FILLS = {
    "flow_match_documents": (
        # Each term stood behind a mark of its account; the trigger sees that change and fills the index.
        "UPDATE flow_match_documents SET terms = ARRAY(SELECT split_part(term, ':', -1) FROM unnest(terms) AS term)",
    ),
    "trees": (
        "INSERT INTO flow_words SELECT account_id, word, id FROM trees, unnest(words_of_flow(trees)) AS word",
        "INSERT INTO library_words SELECT DISTINCT account_id, word FROM flow_words",
    ),
}
_INDEXES = ("flow_match_terms", "flow_words", "library_words")


def upgrade() -> None:
    _index_words()
    _index_proposal_terms()
    op.add_column(
        "flow_proposals",
        sa.Column(
            "figures",
            postgresql.JSONB(none_as_null=True),
            nullable=True,
            comment="What confidence and impact are made of, as plain numbers",
        ),
    )
    op.add_column(
        "flow_match_documents",
        sa.Column(
            "texts",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="What an encoder is given: the head, the description alone, then each claim's words",
        ),
    )
    op.add_column(
        "flow_match_documents",
        sa.Column(
            "vectors_model", sa.String(length=200), nullable=True, comment="The encoder the vectors are of; null: none"
        ),
    )
    op.create_index(
        "ix_flow_match_documents_vectors_model", "flow_match_documents", ["account_id", "vectors_model"], unique=False
    )
    op.create_table(
        "flow_proposal_walks",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False, comment="A walk or an AI session"),
        sa.Column("walk", sa.Text(), nullable=False, comment="Opening, steps and outcome"),
        sa.ForeignKeyConstraint(
            ["account_id", "proposal_id"],
            ["flow_proposals.account_id", "flow_proposals.id"],
            name=op.f("fk_flow_proposal_walks_account_id_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_proposal_walks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "proposal_id", "session_id", name=op.f("pk_flow_proposal_walks")),
        comment="The walks folded into a proposal, redacted; deleted with the session's evidence.",
    )
    op.create_index("ix_flow_proposal_walks_session", "flow_proposal_walks", ["account_id", "session_id"])
    op.drop_index("ix_flow_proposals_support", table_name="flow_proposals", postgresql_using="gin")
    op.create_index(
        "ix_flow_proposals_source_session",
        "flow_proposals",
        ["account_id", "source_session_id"],
        postgresql_where="source_session_id IS NOT NULL",
    )
    for statement in [*rls.secure("flow_proposal_walks"), *rls.grants(["flow_proposal_walks"], "firstline_app")]:
        op.execute(statement)
    op.alter_column(
        "flow_proposal_evidence",
        "fold",
        existing_type=sa.Text(),
        existing_nullable=False,
        comment="The fold so far; its walks stand apart",
        existing_comment="The fold so far, with the walks in it",
    )
    # Written whole with every walk: compressing it each time costs ten times what writing it does.
    op.execute("ALTER TABLE flow_proposal_evidence ALTER COLUMN fold SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE flow_proposals ALTER COLUMN proposed_flow_data SET STORAGE EXTERNAL")


def _index_proposal_terms() -> None:
    op.create_table(
        "flow_proposal_terms",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False, comment="Of the proposal: pending or rejected"),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_proposal_terms_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "status", "term", "proposal_id", name=op.f("pk_flow_proposal_terms")),
        comment="Which proposals' walks use a word; kept by triggers of flow_proposal_evidence, flow_proposals.",
    )
    op.drop_index("ix_flow_proposal_evidence_terms", table_name="flow_proposal_evidence", postgresql_using="gin")
    for statement in _PROPOSAL_TERM_INDEX:
        op.execute(statement)
    for table in ("flow_proposals", "flow_proposal_evidence"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # else their owner sees no row of them
    op.execute("UPDATE flow_proposal_evidence SET terms = '{}'")  # signatures of the former kind are compared no more
    for table in ("flow_proposals", "flow_proposal_evidence"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in [*rls.secure("flow_proposal_terms"), *rls.grants(["flow_proposal_terms"], "firstline_app")]:
        op.execute(statement)


def _index_words() -> None:
    op.create_table(
        "flow_match_terms",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="A flow's id, or a proposal's"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_match_terms_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "term", "subject_id", name=op.f("pk_flow_match_terms")),
        comment="Which match documents hold a term; kept by a trigger of flow_match_documents.",
    )
    op.create_table(
        "flow_words",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_flow_words_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "word", "flow_id", name=op.f("pk_flow_words")),
        comment="Which flows hold a word, for the search; kept by a trigger of trees.",
    )
    op.create_table(
        "library_words",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_library_words_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "word", name=op.f("pk_library_words")),
        comment="Every word an account's flows ever held, so that part of one finds them.",
    )
    op.drop_index("ix_flow_match_documents_terms", table_name="flow_match_documents", postgresql_using="gin")
    op.execute(_NAMED)
    op.add_column(
        "flow_match_documents",
        sa.Column(
            "names",
            postgresql.ARRAY(sa.Text()),
            sa.Computed("named_stems(document)", persisted=True),
            nullable=False,
            comment="Stems of the name",
        ),
    )
    op.alter_column(
        "flow_match_documents",
        "terms",
        existing_type=postgresql.ARRAY(sa.Text()),
        existing_nullable=False,
        comment="Stems of the flow and of its openings",
        existing_comment="Stems of the flow and of its openings, each behind the account's mark",
    )
    for statement in (*_TERM_INDEX, *_WORD_INDEX):
        op.execute(statement)
    for table, fills in _FILLS.items():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # else their owner sees no row of them
        for statement in fills:
            op.execute(statement)
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in _INDEXES:
        for statement in rls.secure(table):
            op.execute(statement)
    for statement in rls.grants([*_INDEXES], "firstline_app"):
        op.execute(statement)
    op.add_column(
        "l1_walk_sessions",
        sa.Column(
            "carried",
            sa.Boolean(),
            sa.Computed(
                "status = 'resolved' AND helpful IS TRUE AND left_flow IS NULL"
                " AND session_kind IN ('flow', 'proposal')",
                persisted=True,
            ),
            nullable=False,
            comment="A flow or a draft led it, without being left, to an end that helped",
        ),
    )
    op.add_column(
        "l1_walk_sessions",
        sa.Column(
            "stuck_node_id",
            sa.Text(),
            sa.Computed("coalesce(left_flow ->> 'node_id', current_node_id)", persisted=True),
            nullable=True,
            comment="Where it stands in its flow, or where it left it",
        ),
    )
    op.drop_index("ix_l1_walk_sessions_ended", table_name="l1_walk_sessions")
    op.create_index(
        "ix_l1_walk_sessions_ended",
        "l1_walk_sessions",
        ["account_id", "resolved_at"],
        postgresql_include=[
            *("status", "helpful", "session_kind", "category", "flow_id", "started_at"),
            *("carried", "stuck_node_id"),
        ],
        postgresql_where="status <> 'active'",
    )
    op.drop_index("ix_ai_sessions_ended", table_name="ai_sessions")
    op.create_index(
        "ix_ai_sessions_ended",
        "ai_sessions",
        ["account_id", "resolved_at"],
        postgresql_include=["status", "started_at", "taken_over_walk_id"],
        postgresql_where="status <> 'active'",
    )
    op.create_index(
        "ix_ai_sessions_idle", "ai_sessions", ["account_id", "last_step_at"], postgresql_where="status = 'active'"
    )
    op.drop_index("uq_ai_sessions_taken_over_walk", table_name="ai_sessions")
    op.create_index(
        "uq_ai_sessions_taken_over_walk",
        "ai_sessions",
        ["account_id", "taken_over_walk_id"],
        unique=True,
        postgresql_where="taken_over_walk_id IS NOT NULL AND status <> 'abandoned'",
    )
    op.drop_index("ix_trees_live", table_name="trees")
    op.create_index(
        "ix_trees_live",
        "trees",
        ["account_id", "id"],
        postgresql_include=["category", "problem_domain"],
        postgresql_where="live_version IS NOT NULL AND archived_at IS NULL",
    )
    op.create_index("ix_edge_statistics_day", "edge_statistics", ["account_id", "day"])
    op.create_index(
        "ix_flow_proposals_published",
        "flow_proposals",
        ["account_id", "reviewed_at"],
        postgresql_where="published_flow_id IS NOT NULL",
    )
    op.create_table(
        "knowledge_gaps",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "severity",
            sa.String(length=32),
            nullable=False,
            comment="The worst that was told; told again only when it is worse",
        ),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('weak_options', 'high_escalation', 'uncharted_territory', 'repeated_pattern')",
            name=op.f("ck_knowledge_gaps_kind_known"),
        ),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name=op.f("ck_knowledge_gaps_severity_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_knowledge_gaps_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_knowledge_gaps")),
        comment="Knowledge gaps an account was told of, at the worst they were.",
    )
    for statement in [*rls.secure("knowledge_gaps"), *rls.grants(["knowledge_gaps"], "firstline_app")]:
        op.execute(statement)


def downgrade() -> None:
    for trigger, table in (
        ("keep_flow_proposal_terms", "flow_proposal_evidence"),
        ("move_flow_proposal_terms", "flow_proposals"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute(f"DROP FUNCTION {trigger}")
    op.drop_table("flow_proposal_terms")
    op.create_index(
        "ix_flow_proposal_evidence_terms", "flow_proposal_evidence", ["terms"], unique=False, postgresql_using="gin"
    )
    op.drop_table("knowledge_gaps")
    op.drop_index("ix_flow_proposals_published", table_name="flow_proposals")
    op.drop_index("ix_edge_statistics_day", table_name="edge_statistics")
    op.drop_index("ix_trees_live", table_name="trees")
    op.create_index(
        "ix_trees_live",
        "trees",
        ["account_id", "id"],
        postgresql_where="live_version IS NOT NULL AND archived_at IS NULL",
    )
    op.drop_index("uq_ai_sessions_taken_over_walk", table_name="ai_sessions")
    op.create_index(
        "uq_ai_sessions_taken_over_walk",
        "ai_sessions",
        ["account_id", "taken_over_walk_id"],
        unique=True,
        postgresql_where="taken_over_walk_id IS NOT NULL",
    )
    op.drop_index("ix_ai_sessions_idle", table_name="ai_sessions")
    op.drop_index("ix_ai_sessions_ended", table_name="ai_sessions")
    op.create_index(
        "ix_ai_sessions_ended", "ai_sessions", ["account_id", "resolved_at"], postgresql_where="status <> 'active'"
    )
    op.drop_index("ix_l1_walk_sessions_ended", table_name="l1_walk_sessions")
    op.drop_column("l1_walk_sessions", "stuck_node_id")
    op.drop_column("l1_walk_sessions", "carried")
    op.create_index(
        "ix_l1_walk_sessions_ended",
        "l1_walk_sessions",
        ["account_id", "resolved_at"],
        postgresql_where="status <> 'active'",
    )
    op.execute("DROP TRIGGER keep_flow_words ON trees")
    op.execute("DROP TRIGGER keep_flow_match_terms ON flow_match_documents")
    op.drop_column("flow_match_documents", "names")
    for function in ("named_stems(jsonb)", "keep_flow_words()", "words_of_flow(trees)", "keep_flow_match_terms()"):
        op.execute(f"DROP FUNCTION {function}")
    for table in _INDEXES:
        op.drop_table(table)
    op.alter_column(
        "flow_match_documents",
        "terms",
        existing_type=postgresql.ARRAY(sa.Text()),
        existing_nullable=False,
        comment="Stems of the flow and of its openings, each behind the account's mark",
        existing_comment="Stems of the flow and of its openings",
    )
    op.create_index(
        "ix_flow_match_documents_terms", "flow_match_documents", ["terms"], unique=False, postgresql_using="gin"
    )
    op.execute("ALTER TABLE flow_proposals ALTER COLUMN proposed_flow_data SET STORAGE EXTENDED")
    op.execute("ALTER TABLE flow_proposal_evidence ALTER COLUMN fold SET STORAGE EXTENDED")
    op.alter_column(
        "flow_proposal_evidence",
        "fold",
        existing_type=sa.Text(),
        existing_nullable=False,
        comment="The fold so far, with the walks in it",
        existing_comment="The fold so far; its walks stand apart",
    )
    op.drop_index("ix_flow_proposals_source_session", table_name="flow_proposals")
    op.create_index(
        "ix_flow_proposals_support", "flow_proposals", ["supporting_session_ids"], unique=False, postgresql_using="gin"
    )
    op.drop_table("flow_proposal_walks")
    op.drop_index("ix_flow_match_documents_vectors_model", table_name="flow_match_documents")
    op.drop_column("flow_match_documents", "vectors_model")
    op.drop_column("flow_match_documents", "texts")
    op.drop_column("flow_proposals", "figures")
