"""Which builder is used, and how it is made from explicit options."""

from dataclasses import dataclass
from typing import Literal

from firstline.building.playbook import PlaybookProvider
from firstline.building.provider import Price, Provider
from firstline.errors import Unprocessable


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """`url` is the base URL of an OpenAI-compatible server; prices are those of the two models."""

    provider: Literal["playbook", "bedrock", "openai"] = "playbook"
    model: str = ""
    small_model: str = ""
    url: str = ""
    key: str = ""
    region: str | None = None
    timeout_seconds: float = 20.0
    cache_prompt: bool = True
    price: Price = Price()  # noqa: RUF009  frozen
    small_price: Price = Price()  # noqa: RUF009  frozen


class ModelNotConfiguredError(Unprocessable):
    type = "model-not-configured"
    title = "The model provider lacks a setting"


def make_provider(options: ModelOptions) -> Provider:
    """Return the builder; raises ModelNotConfiguredError naming the option that is missing."""
    if options.provider == "playbook":
        return PlaybookProvider()
    if not options.model:
        raise ModelNotConfiguredError(f"The {options.provider} provider needs the name of a model.")
    return _bedrock(options) if options.provider == "bedrock" else _openai(options)


def _bedrock(options: ModelOptions) -> Provider:
    from firstline.building.bedrock import BedrockProvider  # noqa: PLC0415  botocore is slow to import

    return BedrockProvider(
        model=options.model,
        small_model=options.small_model,
        region=options.region,
        timeout_seconds=options.timeout_seconds,
        cache_prompt=options.cache_prompt,
        price=options.price,
        small_price=options.small_price,
    )


def _openai(options: ModelOptions) -> Provider:
    from firstline.building.openai import OpenAIProvider  # noqa: PLC0415  urllib3 is slow to import

    if not options.url:
        raise ModelNotConfiguredError("The openai provider needs the base URL of its server.")
    return OpenAIProvider(
        url=options.url,
        model=options.model,
        small_model=options.small_model,
        key=options.key,
        timeout_seconds=options.timeout_seconds,
        price=options.price,
        small_price=options.small_price,
    )
