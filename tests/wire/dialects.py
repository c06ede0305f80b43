"""The two protocols a model server may speak, so that one test covers both."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from firstline.building.bedrock import BedrockProvider
from firstline.building.openai import OpenAIProvider
from firstline.building.provider import Price, Provider
from tests.wire.model_servers import Reply, json_reply

PRICE = Price(tokens_in=3.0, tokens_out=15.0)


class Dialect(Protocol):
    """How a provider is made, and how a server says things to it."""

    def provider(self, url: str, timeout_seconds: float = 5.0) -> Provider: ...

    def node(self, document: object) -> Reply: ...

    def text(self, text: str) -> Reply: ...

    def failure(self, status: int, **headers: str) -> Reply: ...

    def system(self, request: dict[str, Any]) -> str: ...

    def user(self, request: dict[str, Any]) -> str: ...

    def close(self) -> None: ...


@dataclass
class OpenAIDialect:
    made: OpenAIProvider | None = None

    def provider(self, url: str, timeout_seconds: float = 5.0) -> Provider:
        self.made = OpenAIProvider(
            url=url, model="standard", small_model="small", key="k-123", timeout_seconds=timeout_seconds, price=PRICE
        )
        return self.made

    def node(self, document: object) -> Reply:
        return self.text(json.dumps(document))

    def text(self, text: str) -> Reply:
        message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        return json_reply({"object": "chat.completion", "choices": [message], "usage": usage})

    def failure(self, status: int, **headers: str) -> Reply:
        return json_reply({"error": {"message": "no", "type": "server_error"}}, status, **headers)

    def system(self, request: dict[str, Any]) -> str:
        return str(request["messages"][0]["content"])

    def user(self, request: dict[str, Any]) -> str:
        return str(request["messages"][1]["content"])

    def close(self) -> None:
        if self.made:
            self.made._pool.clear()


@dataclass
class BedrockDialect:
    """The client finds the server by the AWS environment, which the test sets."""

    made: BedrockProvider | None = None

    def provider(self, url: str, timeout_seconds: float = 5.0) -> Provider:
        del url
        self.made = BedrockProvider(
            model="standard", small_model="small", region="eu-west-1", timeout_seconds=timeout_seconds, price=PRICE
        )
        return self.made

    def node(self, document: object) -> Reply:
        return self._message({"toolUse": {"toolUseId": "tool-1", "name": "serve_node", "input": document}}, "tool_use")

    def text(self, text: str) -> Reply:
        return self._message({"text": text}, "end_turn")

    def _message(self, block: dict[str, Any], stop_reason: str) -> Reply:
        usage = {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}
        message = {"message": {"role": "assistant", "content": [block]}}
        return json_reply({"output": message, "stopReason": stop_reason, "usage": usage, "metrics": {"latencyMs": 7}})

    def failure(self, status: int, **headers: str) -> Reply:
        kind = {429: "ThrottlingException", 408: "ModelTimeoutException"}.get(status, "InternalServerException")
        return json_reply({"message": "no"}, status, x_amzn_ErrorType=kind, **headers)

    def system(self, request: dict[str, Any]) -> str:
        return str(request["system"][0]["text"])

    def user(self, request: dict[str, Any]) -> str:
        return str(request["messages"][0]["content"][0]["text"])

    def close(self) -> None:
        if self.made and self.made._client:
            self.made._client.close()


DIALECTS = {"openai": OpenAIDialect, "bedrock": BedrockDialect}
