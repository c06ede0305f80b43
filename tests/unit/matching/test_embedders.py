"""Which encoder is used, and what its failures cost."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import pytest

from firstline.matching import embedders
from firstline.matching.embedders import EmbedderFailed, embedder_name, make_embedder, with_embedder
from firstline.settings import Settings, settings

if find_spec("numpy") is None:
    pytest.skip("the encoder is not installed", allow_module_level=True)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Set variables of the process and forget what was chosen before."""

    def forget() -> None:
        settings.cache_clear()
        embedders._chosen.cache_clear()

    def configure(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name.upper(), value)
        forget()

    yield configure
    monkeypatch.undo()
    forget()


class Failing:
    def __init__(self, *, lasting: bool) -> None:
        self.name, self.asked, self._lasting = "failing", 0, lasting

    def encode(self, _texts: Sequence[str]) -> Any:
        self.asked += 1
        raise EmbedderFailed("broken", lasting=self._lasting)


class TestChoice:
    def test_is_the_bundled_encoder_unless_told_otherwise(self, configured: Any) -> None:
        configured()
        assert embedder_name() == "all-MiniLM-L6-v2-int8"

    def test_of_none_leaves_everything_to_words(self, configured: Any) -> None:
        configured(firstline_embedder="none")
        assert embedder_name() is None
        assert with_embedder(lambda embedder: embedder.encode(["text"])) is None

    def test_of_an_encoder_nobody_fitted_leaves_everything_to_words_and_asks_nobody(self, configured: Any) -> None:
        configured(
            firstline_embedder="openai",
            firstline_embedder_url="http://127.0.0.1:9",
            firstline_embedder_model="text-embedding-3-small",
        )
        assert embedder_name() is None
        assert with_embedder(lambda embedder: embedder.encode(["text"])) is None

    @pytest.mark.parametrize(
        "given", [Settings(firstline_embedder="bedrock"), Settings(firstline_embedder="openai"),
                  Settings(firstline_embedder="openai", firstline_embedder_model="m")],
    )  # fmt: skip
    def test_without_what_it_needs_is_refused_by_name(self, given: Settings) -> None:
        with pytest.raises(EmbedderFailed, match=r"FIRSTLINE_EMBEDDER_(MODEL|URL)"):
            make_embedder(given)

    def test_that_lacks_a_setting_costs_nothing_but_a_line_in_the_log(self, configured: Any) -> None:
        configured(firstline_embedder="openai")
        assert embedder_name() is None

    def test_of_the_bundled_one_without_its_packages_leaves_everything_to_words(
        self, configured: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        configured()
        monkeypatch.setitem(sys.modules, "onnxruntime", None)  # as where the layer is missing
        assert with_embedder(lambda embedder: embedder.encode(["text"])) is None
        assert embedder_name() is None

    def test_without_numpy_leaves_everything_to_words_and_imports_without_it(self) -> None:
        code = (
            "import sys; sys.modules['numpy'] = None\n"
            "from firstline.matching import service\n"
            "from firstline.matching.embedders import embedder_name\n"
            "assert embedder_name() is None"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603  our code
        assert done.returncode == 0, done.stderr


class TestAFailingEncoder:
    @pytest.mark.parametrize("lasting", [True, False])
    def test_is_left_alone_for_a_while(self, configured: Any, monkeypatch: pytest.MonkeyPatch, lasting: bool) -> None:
        configured()
        failing = Failing(lasting=lasting)
        chosen = embedders._Chosen(failing)
        monkeypatch.setattr(embedders, "_chosen", lambda: chosen)
        assert [with_embedder(lambda embedder: embedder.encode(["text"])) for _ in range(3)] == [None] * 3
        assert failing.asked == 1

    def test_is_asked_again_when_it_has_rested(self, configured: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        configured()
        failing = Failing(lasting=False)
        chosen = embedders._Chosen(failing)
        monkeypatch.setattr(embedders, "_chosen", lambda: chosen)
        with_embedder(lambda embedder: embedder.encode(["text"]))
        chosen.rests_until -= embedders._REST_SECONDS
        with_embedder(lambda embedder: embedder.encode(["text"]))
        assert failing.asked == 2
