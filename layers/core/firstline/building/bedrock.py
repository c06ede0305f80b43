"""Builds with a model on Amazon Bedrock, through the Converse API and a tool whose input is the node."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from firstline.building import prompts
from firstline.building.provider import (
    Classification,
    Deadline,
    Price,
    ProviderAnswer,
    ProviderError,
    ProviderTimedOutError,
    Usage,
    within,
)
from firstline.building.rules import BuildRequest

NAME = "bedrock"
TOOL = "serve_node"
CONNECT_TIMEOUT = 3.0  # seconds
REQUEST_TIMEOUT: Final = 408

# What Amazon Bedrock charges for cached input of Anthropic models, as a share of the price of plain input.
CACHE_READ_SHARE = 0.1
CACHE_WRITE_SHARE = 1.25

_CACHE_POINT: Mapping[str, Any] = {"cachePoint": {"type": "default"}}
_TOOL_SPEC: Mapping[str, Any] = {
    "toolSpec": {
        "name": TOOL,
        "description": "Puts the next node in front of the technician.",
        "inputSchema": {"json": prompts.NODE_SCHEMA},
    }
}


class BedrockProvider:
    """Asks a standard model for nodes and a small one for classifications; the client is made on first use."""

    name = NAME

    def __init__(
        self,
        *,
        model: str,
        small_model: str = "",
        region: str | None = None,
        timeout_seconds: float = 20.0,
        cache_prompt: bool = True,
        price: Price = Price(),  # noqa: B008  frozen
        small_price: Price = Price(),  # noqa: B008  frozen
        client: Any = None,
    ) -> None:
        self._model = model
        self._small_model = small_model or model
        self._region = region
        self._timeout_seconds = timeout_seconds
        self._cache_prompt = cache_prompt
        self._price = price
        self._small_price = small_price
        self._client = client

    def classify(self, text: str, *, deadline: Deadline) -> Classification:
        request = {
            "modelId": self._small_model,
            "system": [{"text": prompts.CLASSIFIER_RULES}],
            "messages": _user(prompts.classification_prompt(text)),
            "inferenceConfig": {"maxTokens": prompts.MAX_CLASSIFICATION_TOKENS, "temperature": 0.0},
        }
        blocks, usage = self._converse(request, self._small_price, deadline)
        try:
            return Classification(prompts.read_category(prompts.read_document(_text(blocks), "category")), usage)
        except ValueError as unreadable:
            raise ProviderError("The model named no category.", usage=usage) from unreadable

    def next_node(self, request: BuildRequest, *, refusal: str | None, deadline: Deadline) -> ProviderAnswer:
        converse = {
            "modelId": self._model,
            # The mark covers everything before it: the tool and the rules, the same in every call.
            "system": [{"text": prompts.RULES}, *([_CACHE_POINT] if self._cache_prompt else [])],
            "messages": _user(prompts.node_prompt(request, refusal)),
            "inferenceConfig": {"maxTokens": prompts.MAX_NODE_TOKENS, "temperature": 0.0},
            "toolConfig": {"tools": [_TOOL_SPEC], "toolChoice": {"tool": {"name": TOOL}}},
        }
        blocks, usage = self._converse(converse, self._price, deadline)
        return ProviderAnswer(_document(blocks), usage)

    def _converse(
        self, request: Mapping[str, Any], price: Price, deadline: Deadline
    ) -> tuple[Sequence[Mapping[str, Any]], Usage]:
        started = time.monotonic()
        response = self._send(lambda: self._made_client().converse(**request), deadline, started)
        usage = _usage(response.get("usage", {}), price, started)
        blocks = response.get("output", {}).get("message", {}).get("content", [])
        return blocks, usage

    def _send(self, call: Callable[[], Mapping[str, Any]], deadline: Deadline, started: float) -> Mapping[str, Any]:
        try:
            return within(deadline.sooner(self._timeout_seconds), call)
        except (TimeoutError, ConnectTimeoutError, ReadTimeoutError) as late:
            raise ProviderTimedOutError("The model took too long.", usage=_usage({}, Price(), started)) from late
        except ClientError as refused:
            status = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            failure = ProviderTimedOutError if status == REQUEST_TIMEOUT else ProviderError
            raise failure(f"Bedrock answered {status}.", usage=_usage({}, Price(), started)) from refused
        except (BotoCoreError, OSError, ValueError) as broken:
            raise ProviderError("Bedrock cannot be reached.", usage=_usage({}, Price(), started)) from broken

    def _made_client(self) -> Any:
        """Return the client; the endpoint follows the AWS environment. One attempt: the caller waits, we decide."""
        if self._client is None:
            import boto3  # noqa: PLC0415  a function that builds by playbook never pays for it
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                connect_timeout=CONNECT_TIMEOUT, read_timeout=self._timeout_seconds, retries={"total_max_attempts": 1}
            )
            self._client = boto3.client("bedrock-runtime", region_name=self._region, config=config)
        return self._client


def _user(text: str) -> Sequence[Mapping[str, Any]]:
    return [{"role": "user", "content": [{"text": text}]}]


def _document(blocks: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the tool's input, or the object in the text of a model that wrote instead of calling the tool."""
    inputs = [block["toolUse"].get("input") for block in blocks if "toolUse" in block]
    if inputs:
        return inputs[0] if len(inputs) == 1 and isinstance(inputs[0], Mapping) else None
    return prompts.read_document(_text(blocks), "node_type")


def _text(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "".join(block.get("text", "") for block in blocks)


def _usage(counted: Mapping[str, int], price: Price, started: float) -> Usage:
    plain, tokens_out = counted.get("inputTokens", 0), counted.get("outputTokens", 0)
    read, written = counted.get("cacheReadInputTokens", 0), counted.get("cacheWriteInputTokens", 0)
    charged = round(plain + CACHE_READ_SHARE * read + CACHE_WRITE_SHARE * written)
    return Usage(
        model_calls=1,
        tokens_in=plain + read + written,
        tokens_out=tokens_out,
        cost=price.of(charged, tokens_out),
        latency_ms=round((time.monotonic() - started) * 1000),
        provider=NAME,
    )
