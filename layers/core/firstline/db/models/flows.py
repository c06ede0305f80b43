"""Flows (table `trees`), their immutable versions, what matching knows of them, and how their edges fare."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Float,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, Tenant, reference, word


class Flow(Identified, Table):
    """A troubleshooting flow: a draft beside at most one live version."""

    __tablename__ = "trees"
    __table_args__ = (
        reference("team_id", "teams", gone="SET NULL"),
        reference("created_by", "users", gone="SET NULL"),
        CheckConstraint("revision > 0", name="revision_positive"),
        Index("ix_trees_account_id_updated_at", "account_id", "updated_at", "id"),
        Index(
            "ix_trees_live",
            "account_id",
            "id",
            postgresql_include=["category", "problem_domain"],
            postgresql_where="live_version IS NOT NULL AND archived_at IS NULL",
        ),
        {"comment": "Flows: draft graph and number of the live version."},
    )

    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str | None] = mapped_column(word(50))
    problem_domain: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"), default=list)
    match_keywords: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"), default=list)
    team_id: Mapped[UUID | None]
    draft: Mapped[dict[str, Any]] = mapped_column(comment="The graph being edited: root, nodes, edges")
    draft_of: Mapped[int | None] = mapped_column(comment="The version the draft was begun from")
    live_version: Mapped[int | None] = mapped_column(comment="The published version; null while never published")
    live_revision: Mapped[int | None] = mapped_column(
        comment="The revision at the last publication: equal to `revision` means nothing new to publish"
    )
    revision: Mapped[int] = mapped_column(
        server_default=text("1"), default=1, comment="The ETag; grows with each write"
    )
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class FlowVersion(Identified, Table):
    """What was published, never changed again; walks hold on to the version they began with."""

    __tablename__ = "tree_versions"
    __table_args__ = (
        reference("tree_id", "trees", gone="CASCADE"),
        reference("published_by", "users", gone="SET NULL"),
        reference("proposal_id", "flow_proposals", gone="SET NULL", name="fk_tree_versions_proposal"),
        UniqueConstraint("account_id", "tree_id", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        {"comment": "Immutable published versions of flows."},
    )

    tree_id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, server_default="")
    graph: Mapped[dict[str, Any]]
    note: Mapped[str | None] = mapped_column(Text)
    restored_from: Mapped[int | None] = mapped_column(comment="The version a rollback brought back")
    proposal_id: Mapped[UUID | None]
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime]


class FlowMatchDocument(Tenant, Table):
    """What the matcher knows of a live flow, or of a pending proposal; written in the transaction that publishes."""

    __tablename__ = "flow_match_documents"
    __table_args__ = (
        Index("ix_flow_match_documents_vectors_model", "account_id", "vectors_model"),
        {"comment": "Candidate index of matching: one row per live flow or outcome-validated proposal."},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True, comment="A flow's id, or a proposal's")
    is_proposal: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Stems of the flow and of its openings")
    stems: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Stems of the flow itself, counted in library_terms")
    names: Mapped[list[str]] = mapped_column(
        ARRAY(Text), Computed("named_stems(document)", persisted=True), comment="Stems of the name"
    )
    name: Mapped[str] = mapped_column(String(255))
    version: Mapped[int | None]
    document: Mapped[dict[str, Any]]
    texts: Mapped[list[str]] = mapped_column(
        ARRAY(Text),
        server_default=text("'{}'"),
        default=list,
        comment="What an encoder is given: the head, the description alone, then each claim's words",
    )
    vectors: Mapped[bytes | None] = mapped_column(LargeBinary)
    vectors_model: Mapped[str | None] = mapped_column(String(200), comment="The encoder the vectors are of; null: none")
    updated_at: Mapped[datetime]


class FlowMatchTerm(Tenant, Table):
    """That a match document holds a term: an index in all but name, since no GIN serves behind row-level security."""

    __tablename__ = "flow_match_terms"
    __table_args__ = ({"comment": "Which match documents hold a term; kept by a trigger of flow_match_documents."},)

    term: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True, comment="A flow's id, or a proposal's")


class FlowWord(Tenant, Table):
    """That a flow holds a word: what the search reads."""

    __tablename__ = "flow_words"
    __table_args__ = ({"comment": "Which flows hold a word, for the search; kept by a trigger of trees."},)

    word: Mapped[str] = mapped_column(Text, primary_key=True)
    flow_id: Mapped[UUID] = mapped_column(primary_key=True)


class LibraryWord(Tenant, Table):
    """A word of an account's flows; it stays when the last flow that held it goes, and then finds nothing."""

    __tablename__ = "library_words"
    __table_args__ = ({"comment": "Every word an account's flows ever held, so that part of one finds them."},)

    word: Mapped[str] = mapped_column(Text, primary_key=True)


class FlowOpening(Identified, Table):
    """The opening words of a past walk that a flow resolved, or failed to."""

    __tablename__ = "flow_openings"
    __table_args__ = (
        reference("flow_id", "trees", gone="CASCADE"),
        reference("walk_id", "l1_walk_sessions", gone="CASCADE", name="fk_flow_openings_walk"),
        UniqueConstraint("account_id", "walk_id"),
        Index("ix_flow_openings_flow", "account_id", "flow_id", "created_at"),
        {"comment": "Past callers' words per flow; each resolved call improves the next match."},
    )

    flow_id: Mapped[UUID]
    walk_id: Mapped[UUID]
    helpful: Mapped[bool]
    text: Mapped[str] = mapped_column(Text, comment="Redacted problem text")
    ticket_id: Mapped[str | None] = mapped_column(String(64))
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    vectors: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class LibraryTerm(Tenant, Table):
    """In how many live flows of an account a stem occurs: the rarest ones find candidates."""

    __tablename__ = "library_terms"
    __table_args__ = ({"comment": "Document frequencies per account; the empty term counts the documents."},)

    term: Mapped[str] = mapped_column(String(64), primary_key=True)
    documents: Mapped[int] = mapped_column(server_default=text("0"))


class EdgeStatistic(Tenant, Table):
    """How often an edge of a flow was taken, and how those walks ended."""

    __tablename__ = "edge_statistics"
    __table_args__ = (
        reference("flow_id", "trees", gone="CASCADE"),
        Index("ix_edge_statistics_day", "account_id", "day"),
        {"comment": "Per edge of a published flow and day: walks that took it, by outcome."},
    )

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="Option key; empty for an action's way on"
    )
    day: Mapped[datetime] = mapped_column(primary_key=True, comment="Midnight UTC of the day the walks ended")
    resolved: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    failed: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    escalated: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    abandoned: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    unsure: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    seconds: Mapped[float] = mapped_column(Float, server_default=text("0"), comment="Time spent answering, summed")
