"""Vectors from a server on the other side of a real socket."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pytest

from firstline.matching.embedders import EmbedderFailed
from tests.wire.model_servers import ModelServer, Reply, json_reply

if find_spec("numpy") is None:
    pytest.skip("the encoder is not installed", allow_module_level=True)

from firstline.matching.embedding_services import BedrockEmbedder, OpenAIEmbedder
from firstline.matching.encoder import Embedder

TEXT = "Printer offline"
ASKED = [TEXT, "printer", "offline"]
ROWS = [[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]]


@dataclass(frozen=True)
class Kind:
    """How an embedder is made, how its server puts vectors, and what a request asks for."""

    embedder: Callable[..., Embedder]
    replies: Callable[[Sequence[Sequence[float]]], list[Reply]]
    asked: Callable[[list[dict[str, Any]]], list[str]]


def _openai(server: ModelServer, seconds: float = 5.0) -> Embedder:
    return OpenAIEmbedder(url=server.url, model="small", key="k-123", seconds=seconds)


def _bedrock(model: str) -> Callable[..., Embedder]:
    def make(_server: ModelServer, seconds: float = 5.0) -> Embedder:
        return BedrockEmbedder(model=model, region="eu-west-1", seconds=seconds)

    return make


def _openai_rows(rows: Sequence[Sequence[float]]) -> list[Reply]:
    listed = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
    return [json_reply({"object": "list", "data": listed[::-1], "model": "small", "usage": {"prompt_tokens": 5}})]


KINDS = {
    "openai": Kind(_openai, _openai_rows, lambda requests: requests[0]["input"]),
    "bedrock cohere": Kind(
        _bedrock("cohere.embed-english-v3"),
        lambda rows: [json_reply({"id": "1", "embeddings": rows, "texts": []})],
        lambda requests: requests[0]["texts"],
    ),
    "bedrock cohere by type": Kind(
        _bedrock("eu.cohere.embed-v4:0"),
        lambda rows: [json_reply({"id": "1", "embeddings": {"float": rows}})],
        lambda requests: requests[0]["texts"],
    ),
}
TITAN = "amazon.titan-embed-text-v2:0"


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def closing(server: ModelServer) -> Iterator[None]:
    yield
    server.stopped.set()


class TestEncoding:
    def test_gives_unit_vectors_of_a_text_and_of_its_words(self, kind: Kind, server: ModelServer) -> None:
        server.will_answer(*kind.replies(ROWS))
        (found,) = kind.embedder(server).encode([TEXT])
        assert found.whole.tolist() == pytest.approx([0.6, 0.8])
        assert found.surface == ("printer", "offline")
        assert found.words.tolist() == [[0.0, 1.0], [1.0, 0.0]]

    def test_asks_once_for_each_distinct_text_and_word(self, kind: Kind, server: ModelServer) -> None:
        server.will_answer(*kind.replies([*ROWS[:1], [1.0, 1.0], *ROWS[1:]]))
        both = kind.embedder(server).encode([TEXT, "Offline printer"])
        assert kind.asked(server.requests) == [TEXT, "Offline printer", "printer", "offline"]
        assert len(server.requests) == 1
        assert both[1].words.tolist() == both[0].words.tolist()[::-1]

    def test_of_nothing_said_has_no_words(self, kind: Kind, server: ModelServer) -> None:
        server.will_answer(*kind.replies(ROWS[:1]))
        (found,) = kind.embedder(server).encode(["  "])
        assert (found.surface, found.words.shape) == ((), (0, 2))

    def test_of_a_pasted_page_stays_within_what_a_service_takes(self, kind: Kind, server: ModelServer) -> None:
        words = [f"word{n}" for n in range(4000)]
        server.will_answer(*[reply for _ in range(2) for reply in kind.replies([[1.0, 0.0]] * 96)])
        with pytest.raises(EmbedderFailed):
            kind.embedder(server).encode([" ".join(words)])
        assert all(len(text) <= 2000 for text in kind.asked(server.requests))
        assert len(kind.asked(server.requests)) <= 129

    def test_names_whose_vectors_they_are(self, kind: Kind, server: ModelServer) -> None:
        assert kind.embedder(server).name in ("small", "cohere.embed-english-v3", "eu.cohere.embed-v4:0")


class TestOpenAI:
    @pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/embeddings"])
    def test_is_found_however_its_base_url_is_written(self, server: ModelServer, path: str) -> None:
        server.will_answer(*_openai_rows(ROWS))
        OpenAIEmbedder(url=server.url + path, model="small", key="k-123").encode([TEXT])
        assert server.paths == ["/v1/embeddings"]
        assert server.headers[0]["Authorization"] == "Bearer k-123"
        assert server.requests[0] == {"model": "small", "input": ASKED, "encoding_format": "float"}


class TestTitan:
    def test_is_asked_for_one_text_at_a_time(self, server: ModelServer) -> None:
        server.will_answer(*[json_reply({"embedding": [1.0, 0.0], "inputTextTokenCount": 2})] * 3)
        (found,) = BedrockEmbedder(model=TITAN, region="eu-west-1").encode([TEXT])
        assert sorted(request["inputText"] for request in server.requests) == sorted(ASKED)
        assert server.paths[0].startswith("/model/amazon.titan-embed-text-v2")
        assert found.words.shape == (2, 2)


BAD: dict[str, list[Reply]] = {
    "a refusal": [Reply(429), Reply(500)],
    "prose": [Reply(200, b"I am no list", {"Content-Type": "application/json"})],
    "another document": [json_reply({"data": {}, "embeddings": {}})],
    "too few vectors": [json_reply({"data": [{"index": 0, "embedding": [1.0]}], "embeddings": [[1.0]]})],
    "vectors of two lengths": [
        json_reply(
            {
                "data": [{"index": n, "embedding": [1.0] * (n + 1)} for n in range(3)],
                "embeddings": [[1.0], [1.0, 2.0], [1.0, 2.0, 3.0]],
            }
        )
    ],
    "numbers that are none": [
        json_reply(
            {
                "data": [{"index": n, "embedding": ["a", "b"]} for n in range(3)],
                "embeddings": [["a", "b"]] * 3,
            }
        )
    ],
    "no numbers at all": [
        Reply(
            200,
            b'{"data":[{"index":0,"embedding":[NaN]},{"index":1,"embedding":[1]},{"index":2,"embedding":[1]}],'
            b'"embeddings":[[NaN],[1],[1]]}',
            {"Content-Type": "application/json"},
        )
    ],
    "a connection that breaks off": [Reply(200, b'{"data": [', hangs_up=True)],
}


@pytest.mark.usefixtures("closing")
class TestABadAnswer:
    @pytest.mark.parametrize("case", sorted(BAD))
    def test_is_a_failure_of_the_embedder_and_nothing_else(self, kind: Kind, server: ModelServer, case: str) -> None:
        server.will_answer(*BAD[case])
        with pytest.raises(EmbedderFailed):
            kind.embedder(server).encode([TEXT])

    def test_that_drips_in_is_not_waited_for(self, kind: Kind, server: ModelServer) -> None:
        server.will_answer(Reply(200, b"{", drips=True))
        with pytest.raises(EmbedderFailed, match="too long"):
            kind.embedder(server, seconds=0.3).encode([TEXT])

    def test_of_nobody_is_a_failure_too(self, server: ModelServer) -> None:
        with pytest.raises(EmbedderFailed):
            OpenAIEmbedder(url="http://127.0.0.1:9", model="small").encode([TEXT])
        assert server.requests == []
