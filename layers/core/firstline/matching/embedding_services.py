"""Encoders that answer over a network: Amazon Bedrock, and any server that speaks OpenAI's embeddings protocol.

They give one vector per text, so each word of a text is asked for as a text of its own. Needs numpy.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import urllib3
from numpy.typing import NDArray

from firstline.building.provider import Deadline, within
from firstline.integrations import model_server
from firstline.matching.embedders import EmbedderFailed
from firstline.matching.encoder import Encoded, unit
from firstline.matching.text import split_words

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.5  # a caller waits; words alone answer sooner
_LONGEST = 2000  # characters of a text; services refuse or cut longer ones
_MOST_WORDS = 128  # of a text
_MAX_BODY = 16_000_000  # bytes
_OK = 200

Vectors = NDArray[np.float32]


class _ServiceEmbedder(ABC):
    """What is the same whoever answers: each distinct text and word is asked for once, within one time limit."""

    def __init__(self, name: str, *, seconds: float) -> None:
        self.name = name
        self._seconds = seconds

    def encode(self, texts: Sequence[str]) -> Sequence[Encoded]:
        """Return vectors in the order of the texts; raises EmbedderFailed."""
        surfaces = [tuple(split_words(text[:_LONGEST])[:_MOST_WORDS]) for text in texts]
        asked = dict.fromkeys(text[:_LONGEST].strip() or "?" for text in texts)
        asked.update(dict.fromkeys(word for surface in surfaces for word in surface))
        deadline = Deadline.after(self._seconds)
        try:
            rows = within(deadline, lambda: self._ask(list(asked), deadline))
        except TimeoutError as late:
            raise EmbedderFailed(f"{self.name} took too long.") from late
        place = {text: number for number, text in enumerate(asked)}
        vectors = _checked(rows, len(asked))
        empty = np.zeros((0, vectors.shape[1]), dtype=np.float32)
        return [
            Encoded(
                vectors[place[text[:_LONGEST].strip() or "?"]],
                vectors[[place[word] for word in surface]] if surface else empty,
                surface,
            )
            for text, surface in zip(texts, surfaces, strict=True)
        ]

    @abstractmethod
    def _ask(self, texts: Sequence[str], deadline: Deadline) -> Sequence[Sequence[float]]:
        """Return a vector per text, in their order; raises EmbedderFailed."""


class OpenAIEmbedder(_ServiceEmbedder):
    """Asks one server by its base URL for all texts in one request."""

    def __init__(self, *, url: str, model: str, key: str = "", seconds: float = ANSWER_SECONDS) -> None:
        super().__init__(model, seconds=seconds)
        self._url = _endpoint(url)
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._pool = urllib3.PoolManager()

    def _ask(self, texts: Sequence[str], deadline: Deadline) -> Sequence[Sequence[float]]:
        body = json.dumps({"model": self.name, "input": texts, "encoding_format": "float"}).encode()
        try:
            status, data = self._post(body, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as broken:
            raise EmbedderFailed("The embeddings server cannot be reached.") from broken
        if status != _OK:
            raise EmbedderFailed(f"The embeddings server answered {status}.")
        try:
            rows = {row["index"]: row["embedding"] for row in json.loads(data)["data"]}
            return [rows[number] for number in range(len(texts))]
        except (ValueError, LookupError, TypeError) as unreadable:
            raise EmbedderFailed("The embeddings server's answer is no list of embeddings.") from unreadable

    def _post(self, body: bytes, deadline: Deadline) -> tuple[int, bytes]:
        left = max(deadline.remaining, 0.001)
        status, _, data = model_server.post(
            self._pool,
            self._url,
            body,
            self._headers,
            seconds=left,
            connect_seconds=CONNECT_SECONDS,
            max_body=_MAX_BODY,
        )
        return status, data


class BedrockEmbedder(_ServiceEmbedder):
    """Asks a text model of Amazon Bedrock: Cohere's take many texts in a request, Titan's take one."""

    def __init__(
        self, *, model: str, region: str | None = None, seconds: float = ANSWER_SECONDS, client: Any = None
    ) -> None:
        super().__init__(model, seconds=seconds)
        self._region = region
        self._client = client

    def _ask(self, texts: Sequence[str], deadline: Deadline) -> Sequence[Sequence[float]]:
        client = self._made_client()
        size, together = (96, 2) if "cohere." in self.name else (1, 8)
        batches = [texts[at : at + size] for at in range(0, len(texts), size)]
        with ThreadPoolExecutor(max_workers=together, thread_name_prefix="embedder") as workers:
            answers = list(workers.map(lambda batch: self._ask_batch(client, batch, deadline), batches))
        return [row for rows in answers for row in rows]

    def _ask_batch(self, client: Any, batch: Sequence[str], deadline: Deadline) -> Sequence[Sequence[float]]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  only this service needs it

        if not deadline.remaining:
            raise EmbedderFailed(f"{self.name} took too long.")
        try:
            answer = client.invoke_model(modelId=self.name, body=json.dumps(self._question(batch)))
            document = json.loads(answer["body"].read())
        except ClientError as refused:
            status = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            raise EmbedderFailed(f"Bedrock answered {status}.") from refused
        except (BotoCoreError, OSError, ValueError) as broken:
            raise EmbedderFailed("Bedrock cannot be reached.") from broken
        return _rows_of(document)

    def _question(self, batch: Sequence[str]) -> Mapping[str, Any]:
        if "cohere." in self.name:
            return {"texts": batch, "input_type": "clustering", "truncate": "END"}
        return {"inputText": batch[0]}

    def _made_client(self) -> Any:
        """Return the client; the endpoint follows the AWS environment. One attempt: words alone answer meanwhile."""
        if self._client is None:
            import boto3  # noqa: PLC0415  a function that never asks Bedrock does not pay for it
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=self._seconds,
                retries={"total_max_attempts": 1},
                max_pool_connections=8,
            )
            self._client = boto3.client("bedrock-runtime", region_name=self._region, config=config)
        return self._client


def _rows_of(document: Any) -> Sequence[Sequence[float]]:
    """Return the vectors of an answer: Titan's one, or Cohere's list, which a newer model wraps by its number type."""
    try:
        if "embedding" in document:
            return [document["embedding"]]
        found = document["embeddings"]
        rows: Sequence[Sequence[float]] = found["float"] if isinstance(found, Mapping) else found
    except (LookupError, TypeError) as unreadable:
        raise EmbedderFailed("Bedrock's answer holds no embeddings.") from unreadable
    return rows


def _checked(rows: Sequence[Sequence[float]], expected: int) -> Vectors:
    """Return rows of unit length; raises EmbedderFailed unless they are finite, of one length, and one per text."""
    try:
        found = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError) as ragged:
        raise EmbedderFailed("The embeddings are not vectors of one length.") from ragged
    if found.ndim != 2 or len(found) != expected or not found.shape[1] or not np.isfinite(found).all():  # noqa: PLR2004
        raise EmbedderFailed("The embeddings are not one finite vector per text.")
    return unit(found)


def _endpoint(url: str) -> str:
    """Return where embeddings are asked for, whether the base URL names the host, its version, or the whole path."""
    base = url.rstrip("/")
    if base.endswith("/embeddings"):
        return base
    return f"{base}/embeddings" if urlsplit(base).path else f"{base}/v1/embeddings"
