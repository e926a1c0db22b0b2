"""On a GPU: the kernels themselves, and every layer with CuPy arrays in and CuPy arrays out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from references import Convolution, Variant, convolution, whole

import convbook
from convbook.engine import cuda
from convbook.engine.cuda.conv import TILES
from convbook.geometry import conv_geometry

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def cp() -> Any:
    """CuPy, where it has a device to work on."""
    cupy = pytest.importorskip("cupy", reason="there is no CuPy")
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        pytest.skip(f"there is no CUDA device: {error}")
    return cupy


def check_on(cp: Any, given: Convolution, precision: Any = "full") -> None:
    """All three passes, into arrays full of NaN, twice: the bits are the same."""
    x, weight, bias, grad = map(cp.asarray, (given.x, given.weight, given.bias, given.grad))
    for _ in range(2):
        out, of_x, of_weight = (
            cp.full(a.shape, cp.nan, a.dtype) for a in (given.out, given.x, given.weight)
        )
        cuda.forward(x, weight, out, given.geometry, bias, precision)
        cuda.input_gradient(grad, weight, of_x, given.geometry, precision)
        cuda.weight_gradient(grad, x, of_weight, given.geometry, precision)
        np.testing.assert_array_equal(out.get(), given.out)
        np.testing.assert_array_equal(of_x.get(), given.input_gradient)
        np.testing.assert_array_equal(of_weight.get(), given.weight_gradient)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    "variant",
    [
        Variant((1, 1)),
        Variant((3, 3)),
        Variant((3, 3), (2, 2)),
        Variant((3, 2), (2, 4), (2, 2)),
        Variant((7, 7), (2, 2)),
    ],
    ids=str,
)
def test_convolutions(cp: Any, variant: Variant, groups: int, dtype: str):
    shape, padding = (3, 13, 18), [(1, 2), (0, 3)]
    check_on(cp, convolution(variant, dtype, shape, groups, 5, 7, padding))
    check_on(cp, convolution(variant, dtype, shape, 6, 1, groups, padding))


@pytest.mark.parametrize("precision", ["full", "tf32"])
@pytest.mark.parametrize("tile", TILES, ids=str)
def test_every_tile(cp: Any, tile: Any, precision: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cuda.conv, "_tile", lambda *_: tile)
    given = convolution(Variant((3, 3)), "float32", (3, 20, 21), 1, 33, 130, [(1, 1), (1, 1)])
    check_on(cp, given, precision)


def test_layers_that_fill_the_chip(cp: Any):
    """Enough blocks for races to show, with sums that stay exact."""
    check_on(cp, convolution(Variant((3, 3)), "float32", (16, 56, 56), 1, 64, 64, [(1, 1)] * 2))
    check_on(cp, convolution(Variant((3, 3)), "float32", (16, 56, 56), 64, 1, 1, [(1, 1)] * 2))


def test_offsets_beyond_32_bits(cp: Any):
    n, c, side = 70, 512, 256
    if cp.cuda.runtime.memGetInfo()[0] < 3 * 2 * n * c * side**2:
        pytest.skip("the device has too little memory left for arrays of 2³¹ numbers")
    x = cp.zeros((n, c, side, side), "float16")
    x[-1] = cp.asarray(whole(np.random.default_rng(0), (c, side, side), "float16"))
    weight = cp.ones((1, c, 1, 1), "float16")
    out, geometry = (
        cp.empty((n, 1, side, side), "float16"),
        conv_geometry("weight", 1, (side, side)),
    )
    cuda.forward(x, weight, out, geometry)
    np.testing.assert_array_equal(out[-1, 0].get(), x[-1].astype("float32").sum(0).get())
    assert not out[:-1].any()
    back = cp.full_like(x, cp.nan)
    cuda.input_gradient(out, weight, back, geometry)
    np.testing.assert_array_equal(back[-1, -1].get(), out[-1, 0].get())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("size", "stride", "padding"), [(2, 2, 0), (3, 2, 1), ((3, 2), 1, (1, 0))])
def test_pools(cp: Any, size: Any, stride: int, padding: Any, dtype: str):
    """The same as the kernels that this processor runs, which are tested against PyTorch."""
    import emulation

    if emulation.COMPILER is None:
        pytest.skip("there is no C++ compiler to run the kernels on this processor")
    geometry = conv_geometry("kernel_size", size, (11, 14), stride, padding, ceil_mode=True)
    x = np.random.default_rng(0).normal(size=(3, 5, 11, 14)).astype(dtype)
    grad = np.random.default_rng(1).normal(size=(3, 5, *geometry.output_shape)).astype(dtype)

    def passes(x: Any, grad: Any) -> list[Any]:
        maxima, indices = cuda.max_pool(x, geometry, True)
        both = [cuda.avg_pool(x, geometry, counted) for counted in (True, False)]
        back = [cuda.avg_pool_backward(grad, geometry, counted) for counted in (True, False)]
        return [maxima, indices, cuda.max_pool_backward(grad, indices, geometry), *both, *back]

    found = [each.get() for each in passes(cp.asarray(x), cp.asarray(grad))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuda.pool, "launch", emulation.launch)
        expected = passes(x, grad)
    tolerance = 4 * np.finfo(dtype).eps
    for ours, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, other, rtol=tolerance, atol=tolerance)


X, WEIGHT = (2, 4, 9, 8), (6, 4, 3, 2)
# Arguments of layers, of arrays by their shapes; each is compared with itself on NumPy arrays.
LAYERS: dict[str, Callable[..., Any]] = {
    "dense": lambda a: convbook.layers.dense(a(5, 4), a(3, 4), a(3)),
    "dense_backward": lambda a: convbook.dense_backward(a(5, 3), a(5, 4), a(3, 4)),
    "conv1d": lambda a: convbook.conv1d(a(2, 4, 9), a(6, 4, 3), a(6)),
    "conv2d": lambda a: convbook.conv2d(a(*X), a(*WEIGHT), a(6), padding=1),
    "conv3d": lambda a: convbook.conv3d(a(2, 3, 4, 5, 4), a(2, 3, 2, 3, 2), a(2)),
    "conv_backward": lambda a: convbook.conv_backward(a(2, 6, 7, 7), a(*X), a(*WEIGHT)),
    "conv_transpose2d": lambda a: convbook.conv_transpose2d(a(2, 6, 4, 5), a(*WEIGHT), stride=2),
    "depthwise_conv": lambda a: convbook.depthwise_conv(a(*X), a(8, 3, 2), stride=2),
    "locally_connected": lambda a: convbook.locally_connected(a(2, 3, 5, 4), a(3, 2, 2, 3, 3, 3)),
    "max_pool": lambda a: convbook.max_pool(a(*X), 3, 2, 1, return_indices=True),
    "max_pool_backward": lambda a: convbook.max_pool_backward(a(2, 4, 4, 4), a(*X), 2),
    "avg_pool": lambda a: convbook.avg_pool(a(*X), 2),
    "avg_pool_backward": lambda a: convbook.avg_pool_backward(a(2, 4, 4, 4), a(*X), 2),
    "global_max_pool": lambda a: convbook.global_max_pool(a(*X)),
    "relu": lambda a: convbook.relu(a(*X)),
    "pad": lambda a: convbook.pad(a(*X), [(1, 2), (0, 1)], mode="reflect"),
    "sliding_windows": lambda a: convbook.sliding_windows(a(*X), (3, 2)),
    "unfold": lambda a: convbook.unfold(a(*X), (3, 2)),
}


@pytest.mark.parametrize("contiguous", [True, False])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_stays_on_its_device(cp: Any, layer: str, contiguous: bool):
    def arrays(module: Any) -> Callable[..., Any]:
        rng = np.random.default_rng(0)

        def array(*shape: int) -> Any:
            turned = module.asarray(whole(rng, shape[::-1], "float64"))
            return module.ascontiguousarray(turned.T) if contiguous else turned.T

        return array

    found, expected = LAYERS[layer](arrays(cp)), LAYERS[layer](arrays(np))
    if not isinstance(expected, tuple):
        found, expected = (found,), (expected,)
    for ours, other in zip(found, expected, strict=True):
        assert isinstance(ours, cp.ndarray)
        np.testing.assert_array_equal(ours.get(), other, strict=True)


@pytest.mark.parametrize("layer", ["dense", "conv2d", "conv1d", "locally_connected"])
def test_arrays_in_two_places_are_refused(cp: Any, layer: str):
    places = iter([cp, np, cp])
    with pytest.raises(TypeError, match=r"all arrays must be in one place: x is a CuPy array on"):
        LAYERS[layer](lambda *shape: next(places).ones(shape))


def test_kernels_run_in_the_current_stream(cp: Any):
    given = convolution(Variant((3, 3)), "float32", (4, 40, 40), 1, 16, 16, [(1, 1), (1, 1)])
    x, weight = cp.asarray(given.x), cp.asarray(given.weight)
    zeros, out = cp.zeros_like(x), cp.empty(given.out.shape, "float32")
    large = cp.ones((4096, 4096), "float32")
    cuda.forward(zeros, weight, out, given.geometry)  # compiled beforehand
    cp.cuda.Device().synchronize()
    with cp.cuda.Stream(non_blocking=True) as stream:
        for _ in range(20):
            large = large @ large  # what is in another stream would overtake this
        zeros[...] = x
        cuda.forward(zeros, weight, out, given.geometry, cp.asarray(given.bias))
        stream.synchronize()
    np.testing.assert_array_equal(out.get(), given.out)


def test_work_is_done_where_the_arrays_are(cp: Any):
    if cp.cuda.runtime.getDeviceCount() < 2:
        pytest.skip("there is only one CUDA device")
    with cp.cuda.Device(1):
        x, weight = cp.ones((1, 2, 5, 5)), cp.ones((3, 2, 3, 3))
    with cp.cuda.Device(0):
        out = convbook.conv2d(x, weight)
    assert out.device.id == 1
    np.testing.assert_array_equal(out.get(), np.full((1, 3, 3, 3), 18))
