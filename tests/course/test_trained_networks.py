"""The networks of the elements are trained as they say, and what the book says of them holds."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from convbook import locally_connected
from course.address import ROOT
from course.trained_networks import (
    PatchReaders,
    drawn_otherwise,
    permutation_after,
    read_patches,
    swaps_of_pixels,
    write,
)

BUILT = ROOT / "build" / "static" / "elements" / "trained"


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    path = BUILT / "patch_accuracy.js"
    if not path.is_file():
        pytest.fail("the networks are not trained: run `make book` first")
    return json.loads(path.read_text("utf-8").removeprefix("export default "))


def test_swaps_make_a_permutation_that_leaves_few_pixels_where_they_were():
    places = permutation_after(swaps_of_pixels(seed=1))
    assert sorted(places) == list(range(64))
    assert (places == np.arange(64)).sum() <= 4
    assert permutation_after([]).tolist() == list(range(64))
    assert permutation_after([5]).tolist()[-1] == 5


def test_digits_drawn_otherwise_stay_near_and_have_seventeen_levels():
    rng = np.random.default_rng(0)
    images = np.zeros((20, 1, 8, 8), np.float32)
    images[:, :, 2:6, 3:5] = 1
    others = drawn_otherwise(images, rng)
    assert others.dtype == np.float32
    assert ((16 * others) % 1 == 0).all()
    assert others.min() == 0 <= others.max() <= 1
    assert (np.abs(others - images).mean(axis=(1, 2, 3)) > 0).all()
    ink = others.sum(axis=(1, 2, 3))
    assert ((ink > 4) & (ink < 16)).all()


@pytest.mark.parametrize("k", [0, 1, 2])
def test_patch_readers_are_a_locally_connected_layer_with_a_head_at_each_pixel(k: int):
    torch.manual_seed(0)
    model = PatchReaders(k, list(range(64)))
    torch.nn.init.normal_(model.bias)
    x = torch.rand(3, 1, 8, 8)
    with torch.no_grad():
        scores = model(x).numpy()
        s = 2 * k + 1
        weight = model.weight.reshape(8, 8, 1, s, s, 16).permute(0, 1, 5, 2, 3, 4).numpy()
        bias = model.bias.reshape(8, 8, 16).permute(2, 0, 1).numpy()
        features = np.maximum(locally_connected(x.numpy(), weight, bias, padding=k), 0)
        heads, constants = model.score_weight.numpy(), model.score_bias[:, 0].numpy()
    expected = np.einsum("nfp,pfc->ncp", features.reshape(3, 16, 64), heads) + constants.T
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_a_patch_is_read_the_same_for_the_same_seed_and_sees_nothing_else():
    first, again = (read_patches(1, [0, 27], seed=3, epochs=2) for _ in range(2))
    assert first == again
    assert first != read_patches(1, [0, 27], seed=4, epochs=2)
    model = PatchReaders(1, [0, 27])
    x = torch.rand(2, 1, 8, 8)
    changed = x.clone()
    changed[:, :, 5:] += 1  # below both patches
    assert torch.equal(model(x), model(changed))


def test_accuracies_are_measured_for_every_pixel_and_seed(measured: dict[str, Any]):
    assert measured["halfWidths"] == [0, 1, 2, 3]
    assert np.shape(measured["alone"]) == (4, 8, 8)
    assert np.shape(measured["together"]) == (4, 5)
    assert np.shape(measured["whole"]) == (5,)
    assert (measured["trained"], measured["tested"]) == (900, 897)


def test_one_patch_needs_to_be_wide_and_all_together_do_not(measured: dict[str, Any]):
    alone = np.mean(measured["alone"], axis=(1, 2))
    together, whole = np.mean(measured["together"], axis=1), np.mean(measured["whole"])
    assert alone[0] < 0.25 < 0.4 < alone[1] < 0.6 < alone[2] < alone[3] < whole
    assert together[0] < 0.9 < together[1] < together[2]
    assert abs(together[2] - together[3]) < 0.01
    assert together[2] > whole - 0.01
    corner, middle = (np.array(measured["alone"])[1, i, i] for i in (0, 3))
    assert corner < 0.3 < 0.6 < middle


def test_what_a_page_loads_is_a_small_module(tmp_path, measured: dict[str, Any]):
    write("name", {"a": [1, 2]}, tmp_path)
    assert (tmp_path / "name.js").read_text("utf-8") == 'export default {"a":[1,2]}\n'
    assert {path.name for path in BUILT.iterdir()} == {"digit_readers.js", "patch_accuracy.js"}
    assert max(path.stat().st_size for path in BUILT.iterdir()) < 150_000
