"""Building for an account: whether it may, and with which provider.

The gate is read in a transaction and asked outside it, because classifying and building are slow calls.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts import queries as accounts
from firstline.building import budget, generation
from firstline.building.generation import Generated
from firstline.building.model_options import ModelOptions, make_provider
from firstline.building.playbook import NAME as PLAYBOOK
from firstline.building.playbook import PlaybookProvider
from firstline.building.provider import Deadline, Provider, Usage
from firstline.building.rules import BuildRequest
from firstline.categories.rules import Category, classify_by_keywords
from firstline.settings import Settings, settings

CLASSIFYING_SECONDS = 5.0  # a slower answer than this is worth less than the keyword table


class Refused(StrEnum):
    """Why building is not done for a problem."""

    UNKNOWN = "category_unknown"
    DISABLED = "category_disabled"
    BUDGET = "budget_spent"


@dataclass(frozen=True, slots=True)
class Permit:
    """For which categories an account builds, and whether today's budget still allows a model call."""

    categories: frozenset[str]
    has_budget: bool

    def refuses(self, category: Category | None) -> Refused | None:
        if category is None:
            return Refused.UNKNOWN
        if category.value not in self.categories:
            return Refused.DISABLED
        return None if self.has_budget else Refused.BUDGET


def get_permit(db: Session, *, account_id: UUID, at: datetime) -> Permit:
    account = accounts.get_account(db, account_id=account_id)
    spent = budget.find_spent(db, account_id=account_id, at=at)
    free = settings().firstline_model_provider == PLAYBOOK
    return Permit(frozenset(account.l1_categories), free or spent < settings().model_daily_budget)


def classify(text: str, *, permit: Permit, deadline: Deadline) -> tuple[Category | None, Usage]:
    """Return the category of a problem and what finding it cost; past the budget the keyword table answers."""
    if not permit.has_budget:
        return classify_by_keywords(text), Usage()
    return generation.classify(provider(), text, deadline=deadline.sooner(CLASSIFYING_SECONDS))


def build(request: BuildRequest, *, deadline: Deadline) -> Generated:
    """Return the next node; a provider that gives no answer yields the playbook's, or else `generation_failed`."""
    fallback = PlaybookProvider() if settings().firstline_model_fallback == PLAYBOOK else None
    return generation.generate_node(provider(), request, deadline=deadline, fallback=fallback)


def record_usage(db: Session, *, account_id: UUID, usage: Usage, at: datetime) -> None:
    budget.record(db, account_id=account_id, usage=usage, at=at)


@lru_cache(maxsize=1)
def provider() -> Provider:
    """Return the process's builder, made from the settings on first use."""
    now = settings()
    small_model = now.firstline_small_model_name or now.firstline_model_name
    return make_provider(
        ModelOptions(
            provider=now.firstline_model_provider,
            model=now.firstline_model_name,
            small_model=small_model,
            url=now.firstline_model_url,
            key=_key(now),
            region=now.region,
            price=budget.price_of(now.firstline_model_name),
            small_price=budget.price_of(small_model),
        )
    )


def _key(now: Settings) -> str:
    if not now.firstline_model_secret_arn:
        return now.firstline_model_key
    import boto3  # noqa: PLC0415  only the first build of a process needs it

    client = boto3.client("secretsmanager", region_name=now.region)
    key: str = json.loads(client.get_secret_value(SecretId=now.firstline_model_secret_arn)["SecretString"])["key"]
    return key
