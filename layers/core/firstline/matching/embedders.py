"""Which encoder a deployment uses, and what happens when it gives no vectors: words alone decide, and nothing fails."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from firstline.errors import Unavailable
from firstline.matching.calibration import BY_ENCODER
from firstline.observability import log
from firstline.settings import Settings, settings

if TYPE_CHECKING:
    from firstline.matching.encoder import Embedder

_REST_SECONDS = 30.0  # of an encoder that failed; callers must not wait for it one after the other
Made = TypeVar("Made")


class EmbedderFailed(Unavailable):
    """No vectors: `lasting` where asking again in this process is of no use."""

    type = "embedder-failed"
    title = "The encoder gives no vectors"

    def __init__(self, detail: str, *, lasting: bool = False) -> None:
        super().__init__(detail)
        self.lasting = lasting


@dataclass
class _Chosen:
    """The process's encoder, and until when (monotonic seconds) it is left alone after a failure."""

    embedder: "Embedder"
    rests_until: float = 0.0

    @property
    def is_resting(self) -> bool:
        return time.monotonic() < self.rests_until


def with_embedder(make: "Callable[[Embedder], Made]") -> Made | None:
    """Return what `make` makes of the process's encoder; None where there is none, and where it failed a moment ago.

    A slow call: never inside a transaction.
    """
    chosen = _chosen()
    if chosen is None or chosen.is_resting:
        return None
    try:
        return make(chosen.embedder)
    except EmbedderFailed as failure:
        chosen.rests_until = float("inf") if failure.lasting else time.monotonic() + _REST_SECONDS
        log().warning("matching.embedder_failed", embedder=chosen.embedder.name, lasting=failure.lasting, exc_info=True)
        return None


def embedder_name() -> str | None:
    """Return whose vectors count in this process, None where words alone decide."""
    chosen = _chosen()
    return None if chosen is None or chosen.is_resting else chosen.embedder.name


def make_embedder(now: Settings) -> "Embedder | None":
    """Return the encoder the settings ask for, not loaded or called yet; raises EmbedderFailed."""
    if now.firstline_embedder == "none":
        return None
    try:
        return _bundled() if now.firstline_embedder == "bundled" else _service(now)
    except ImportError as missing:
        raise EmbedderFailed("The encoder's packages are not installed.", lasting=True) from missing


def _bundled() -> "Embedder":
    from firstline.matching.encoder import BundledEncoder  # noqa: PLC0415  words alone need no numpy

    return BundledEncoder()


def _service(now: Settings) -> "Embedder":
    from firstline.matching.embedding_services import BedrockEmbedder, OpenAIEmbedder  # noqa: PLC0415  nor this

    if not now.firstline_embedder_model:
        raise EmbedderFailed("FIRSTLINE_EMBEDDER_MODEL is not set.", lasting=True)
    if now.firstline_embedder == "bedrock":
        return BedrockEmbedder(model=now.firstline_embedder_model, region=now.region)
    if not now.firstline_embedder_url:
        raise EmbedderFailed("FIRSTLINE_EMBEDDER_URL is not set.", lasting=True)
    return OpenAIEmbedder(url=now.firstline_embedder_url, model=now.firstline_embedder_model, key=_key(now))


@lru_cache(maxsize=1)
def _chosen() -> _Chosen | None:
    """Choose once per process.

    An encoder whose cosines were never fitted is not asked at all: its vectors would decide nothing.
    """
    kind = settings().firstline_embedder
    try:
        embedder = make_embedder(settings())
    except EmbedderFailed:
        log().warning("matching.embedder_unavailable", embedder=kind, exc_info=True)
        return None
    if embedder is not None and embedder.name not in BY_ENCODER:
        log().warning("matching.embedder_not_fitted", embedder=embedder.name)
        return None
    return _Chosen(embedder) if embedder is not None else None


def _key(now: Settings) -> str:
    if not now.firstline_embedder_secret_arn:
        return now.firstline_embedder_key
    import boto3  # noqa: PLC0415  only where a server wants a key

    client = boto3.client("secretsmanager", region_name=now.region)
    key: str = json.loads(client.get_secret_value(SecretId=now.firstline_embedder_secret_arn)["SecretString"])["key"]
    return key
