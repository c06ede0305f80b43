"""What the environment says, read once per process on first use."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, Field


class Settings(BaseModel, frozen=True):
    """The settings of one function; each field is the environment variable of the same name in upper case."""

    environment: str = "local"
    region: str = Field(default="eu-west-1", alias="aws_region")

    database_host: str = "127.0.0.1"
    database_port: int = 5432
    database_name: str = "firstline"
    database_user: str = "firstline_app"
    database_auth: Literal["iam", "secret", "none"] = "none"
    database_secret_arn: str | None = None
    database_tls: Literal["verify-full", "off"] = "off"
    database_ca_file: str | None = None
    migration_user: str = "firstline_owner"
    migration_secret_arn: str | None = None

    flywheel_queue_url: str = ""
    notifications_queue_url: str = ""

    user_pool_id: str = ""
    user_pool_client_id: str = ""
    mail_sender: str = "firstline@example.com"
    console_url: str = "http://127.0.0.1:8000"
    webhooks_to_private_addresses: bool = False

    firstline_model_provider: Literal["playbook", "bedrock", "openai"] = "playbook"
    firstline_model_url: str = ""
    firstline_model_name: str = ""
    firstline_small_model_name: str = ""
    firstline_model_key: str = ""
    firstline_model_secret_arn: str | None = None
    firstline_model_fallback: Literal["playbook", "none"] = "playbook"
    model_daily_budget: float = Field(default=25.0, ge=0, description="US dollars per account and day")

    proposals_per_day: int = Field(default=50, ge=0)
    proposal_lifetime_days: int = Field(default=28, ge=1)

    firstline_embedder: Literal["bundled", "bedrock", "openai", "none"] = "bundled"
    firstline_embedder_model: str = ""
    firstline_embedder_url: str = ""
    firstline_embedder_key: str = ""
    firstline_embedder_secret_arn: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; raises pydantic's ValidationError naming the variable that is wrong."""
        lowered = {name.lower(): value for name, value in environment.items() if value != ""}
        return cls.model_validate({name: lowered[name] for name in _names() if name in lowered})


def _names() -> list[str]:
    return [field.alias or name for name, field in Settings.model_fields.items()]


@lru_cache(maxsize=1)
def settings() -> Settings:
    return Settings.from_environment(os.environ)
