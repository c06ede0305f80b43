"""What goes over the wire about notifications and webhooks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, computed_field

from firstline.db.models.notifications import DeliveryStatus
from firstline.integrations.http import read_url
from firstline.notifications.rules import Event
from firstline.paging import Page
from firstline.settings import settings


def _receivable(url: str) -> str:
    read_url(url, private=settings().webhooks_to_private_addresses)
    return url


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not contain control characters")
    return text


ReceiverUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_receivable)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255), AfterValidator(_printable)]


class Shown(BaseModel):
    """What is told of a row."""

    model_config = ConfigDict(from_attributes=True)


class NotificationDetails(Shown):
    id: UUID
    event: str
    title: str
    body: str
    link: str | None
    subject: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class NotificationPage(Page[NotificationDetails]):
    unread_count: int


class UnreadCount(BaseModel):
    unread_count: int


class CreateWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: ReceiverUrl
    description: Description | None = None
    events: list[Event] = Field(default_factory=list, description="Empty: every event")


class UpdateWebhook(BaseModel):
    """Only the members that are sent are changed."""

    model_config = ConfigDict(extra="forbid")

    url: ReceiverUrl = ""
    description: Description | None = None
    events: list[Event] = Field(default_factory=list)
    enabled: bool = True


class WebhookDetails(Shown):
    id: UUID
    url: str
    description: str | None
    events: list[Event]
    previous_secret_until: datetime | None
    created_by: UUID | None
    created_at: datetime
    disabled_at: datetime | None

    @computed_field
    def enabled(self) -> bool:
        return self.disabled_at is None


class WebhookWithSecret(WebhookDetails):
    """The secret is told when it is made, and never again."""

    secret: str


class DeliveryDetails(Shown):
    id: UUID
    event: str
    status: DeliveryStatus
    attempts: int
    last_error: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
