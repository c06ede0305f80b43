"""Builds with any server that speaks the OpenAI chat-completions protocol."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import urllib3

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
from firstline.integrations import model_server

NAME = "openai"
MAX_BODY = 1_000_000  # bytes
CONNECT_TIMEOUT = 5.0  # seconds
MIN_TIMEOUT = 0.001  # urllib3 takes no zero
OK, BAD_REQUEST = 200, 400


class OpenAIProvider:
    """Asks one server by its base URL; a server that refuses JSON schemas is asked in plain words from then on."""

    name = NAME

    def __init__(
        self,
        *,
        url: str,
        model: str,
        small_model: str = "",
        key: str = "",
        timeout_seconds: float = 20.0,
        price: Price = Price(),  # noqa: B008  frozen
        small_price: Price = Price(),  # noqa: B008  frozen
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        self._url = _endpoint(url)
        self._model = model
        self._small_model = small_model or model
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._timeout_seconds = timeout_seconds
        self._price = price
        self._small_price = small_price
        self._pool = pool or urllib3.PoolManager()
        self._takes_schemas = True

    def classify(self, text: str, *, deadline: Deadline) -> Classification:
        messages = _messages(prompts.CLASSIFIER_RULES, prompts.classification_prompt(text))
        body = {"model": self._small_model, "messages": messages, "max_tokens": prompts.MAX_CLASSIFICATION_TOKENS}
        call = _Call(self._small_price, deadline.sooner(self._timeout_seconds))
        answer, usage = self._ask(body, "category", prompts.CATEGORY_SCHEMA, call)
        try:
            return Classification(prompts.read_category(prompts.read_document(answer, "category")), usage)
        except ValueError as unreadable:
            raise ProviderError("The model named no category.", usage=usage) from unreadable

    def next_node(self, request: BuildRequest, *, refusal: str | None, deadline: Deadline) -> ProviderAnswer:
        messages = _messages(prompts.RULES, prompts.node_prompt(request, refusal))
        body = {"model": self._model, "messages": messages, "max_tokens": prompts.MAX_NODE_TOKENS}
        call = _Call(self._price, deadline.sooner(self._timeout_seconds))
        answer, usage = self._ask(body, "node", prompts.NODE_SCHEMA, call)
        return ProviderAnswer(prompts.read_document(answer, "node_type"), usage)

    def _ask(self, body: Mapping[str, Any], name: str, schema: Mapping[str, Any], call: "_Call") -> tuple[str, Usage]:
        status, headers, data = self._post(self._with_schema(body, name, schema) if self._takes_schemas else body, call)
        if status == BAD_REQUEST and self._takes_schemas:
            self._takes_schemas = False
            status, headers, data = self._post(body, call)
        if status != OK:
            retry_after = _seconds(headers.get("Retry-After", ""))
            raise ProviderError(f"The model server answered {status}.", usage=call.usage(), retry_after=retry_after)
        return _read(data, call)

    @staticmethod
    def _with_schema(body: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        schema_format = {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
        return {**body, "temperature": 0, "response_format": schema_format}

    def _post(self, body: Mapping[str, Any], call: "_Call") -> tuple[int, Mapping[str, str], bytes]:
        document = json.dumps(body).encode()
        try:
            return within(call.deadline, lambda: self._request(document, call.deadline))
        except urllib3.exceptions.NewConnectionError as refused:  # urllib3 counts it among its time-outs
            raise ProviderError("The model server cannot be reached.", usage=call.usage()) from refused
        except (TimeoutError, urllib3.exceptions.TimeoutError) as late:
            raise ProviderTimedOutError("The model took too long.", usage=call.usage()) from late
        except (urllib3.exceptions.HTTPError, OSError) as broken:
            raise ProviderError("The model server cannot be reached.", usage=call.usage()) from broken

    def _request(self, document: bytes, deadline: Deadline) -> tuple[int, Mapping[str, str], bytes]:
        remaining = max(deadline.remaining, MIN_TIMEOUT)
        return model_server.post(
            self._pool,
            self._url,
            document,
            self._headers,
            seconds=remaining,
            connect_seconds=CONNECT_TIMEOUT,
            max_body=MAX_BODY,
        )


@dataclass(frozen=True, slots=True)
class _Call:
    """One question to the server: until when, and at what price, since it was asked."""

    price: Price
    deadline: Deadline
    started: float = field(default_factory=time.monotonic)

    def usage(self, tokens_in: int = 0, tokens_out: int = 0) -> Usage:
        return Usage(
            model_calls=1,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=self.price.of(tokens_in, tokens_out),
            latency_ms=round((time.monotonic() - self.started) * 1000),
            provider=NAME,
        )


def _read(data: bytes, call: _Call) -> tuple[str, Usage]:
    try:
        completion = json.loads(data)
        text = completion["choices"][0]["message"]["content"] or ""
        counted = completion.get("usage") or {}
        usage = call.usage(int(counted.get("prompt_tokens", 0)), int(counted.get("completion_tokens", 0)))
    except (ValueError, LookupError, TypeError, AttributeError) as unreadable:
        raise ProviderError("The model server's answer is no completion.", usage=call.usage()) from unreadable
    return str(text), usage


def _endpoint(url: str) -> str:
    """Return where completions are asked for, whether the base URL names the host, its version, or the whole path."""
    base = url.rstrip("/")
    if base.endswith("/chat/completions"):
        return base
    return f"{base}/chat/completions" if urlsplit(base).path else f"{base}/v1/chat/completions"


def _messages(system: str, user: str) -> Sequence[Mapping[str, str]]:
    """Return the constant part first: servers reuse the work of a prompt's unchanged beginning."""
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _seconds(header: str) -> float:
    return float(header) if header.isascii() and header.isdigit() else 0.0
