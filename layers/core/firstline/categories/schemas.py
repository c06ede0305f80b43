"""What goes over the wire about categories."""

from pydantic import BaseModel, ConfigDict

from firstline.categories.rules import Category


class KnownCategory(BaseModel):
    key: Category
    name: str


class L1Categories(BaseModel):
    """The categories in which building is on, and all there are."""

    enabled: list[Category]
    available: list[KnownCategory]


class EnableCategories(BaseModel):
    model_config = ConfigDict(extra="forbid")

    enabled: list[Category]
