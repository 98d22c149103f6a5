"""Pages are embedded by the network that comes with rapidocr, cut off before it looks for lines."""

from __future__ import annotations

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from docflow.embedding import SIZE
from docflow.errors import EngineUnavailable
from docflow.ocr import page_embedding
from docflow.ocr.page_embedding import PageEmbedder, backbone, detector_file


@pytest.fixture(scope="module")
def embedder() -> PageEmbedder:
    return PageEmbedder()


def page(*, columns: int = 1, size: int = 22, shade: int = 0) -> NDArray[np.uint8]:
    """A page of lines in columns."""
    pixels = np.full((1100, 850), 255, np.uint8)
    for column in range(columns):
        for row in range(3, 1000 // (2 * size)):
            left = 60 + column * (780 // columns)
            cv2.putText(
                pixels, "words in a line", (left, row * 2 * size), cv2.FONT_HERSHEY_SIMPLEX, size / 30, (shade,), 2
            )
    return pixels


def test_an_embedding_has_length_1_and_names_the_network(embedder: PageEmbedder) -> None:
    found = embedder.embed(page())
    assert found.values.shape == (SIZE,)
    assert np.linalg.norm(found.values) == pytest.approx(1, abs=1e-5)
    assert found.network == embedder.network
    assert len(bytes.fromhex(found.network)) == 4


def test_the_same_page_has_the_same_embedding(embedder: PageEmbedder) -> None:
    np.testing.assert_array_equal(embedder.embed(page()).values, PageEmbedder().embed(page()).values)


def test_pages_that_look_alike_are_nearer_than_pages_that_do_not(embedder: PageEmbedder) -> None:
    plain, paler, tabular = (embedder.embed(each).values for each in (page(), page(shade=60), page(columns=4, size=12)))
    assert plain @ paler > 0.95 > plain @ tabular


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_is_embedded_upright(embedder: PageEmbedder, quarters: int) -> None:
    turned = np.ascontiguousarray(np.rot90(page(), quarters))
    found = embedder.embed(turned, rotation=90.0 * quarters)
    np.testing.assert_array_equal(found.values, embedder.embed(page()).values)


def test_colours_are_not_looked_at(embedder: PageEmbedder) -> None:
    coloured = np.repeat(page()[:, :, None], 3, axis=2)
    np.testing.assert_allclose(embedder.embed(coloured).values, embedder.embed(page()).values, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (4000, 8), (8, 4000)])
def test_a_page_of_any_shape_has_one(embedder: PageEmbedder, shape: tuple[int, int]) -> None:
    assert np.isfinite(embedder.embed(np.zeros(shape, np.uint8)).values).all()


def test_the_cut_network_gives_what_the_whole_one_holds_there() -> None:
    whole = onnx.load_from_string(detector_file())
    deepest = [node for node in whole.graph.node if node.op_type == "ReduceMean"][-1].input[0]
    whole.graph.output.append(helper.make_tensor_value_info(deepest, TensorProto.FLOAT, None))
    picture = np.random.default_rng(0).normal(size=(1, 3, 64, 64)).astype(np.float32)
    asked = {whole.graph.input[0].name: picture}
    expected = page_embedding.session_of(whole.SerializeToString(), gpu=False).run([deepest], asked)
    (found,) = page_embedding.session_of(backbone(detector_file()), gpu=False).run(None, asked)
    np.testing.assert_allclose(found, expected[0], atol=1e-4)


def test_a_network_of_another_form_is_refused() -> None:
    shaped = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "other", shaped[:1], shaped[1:])
    with pytest.raises(EngineUnavailable, match="none that is known") as told:
        backbone(helper.make_model(graph).SerializeToString())
    assert "ocr.page_embedding" in told.value.next_step


def test_without_rapidocr_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_embedding, "installed", lambda: False)
    with pytest.raises(EngineUnavailable, match="rapidocr is not installed"):
        PageEmbedder()
