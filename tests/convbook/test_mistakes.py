"""A mistake is named when it explains the answer and what came right before."""

import contextlib
from typing import Any

import numpy as np
import pytest
from reports import message

from convbook.checking import check, mistakes
from convbook.checking.mistakes.kinds import Mistakes
from convbook.layers.conv import conv2d, conv_backward


def last_line(function: Any, *args: Any, expect: Any, causes: Any, **options: Any) -> str:
    return message(function, *args, expect=expect, causes=causes, **options).split("\n")[-1]


def test_a_mistake_is_told_from_another_by_what_came_right_before():
    def columns(p: Any, q: Any) -> int:
        return abs(p[1] - q[1])

    check(columns, (1, 2), (7, 10), expect=8, causes=mistakes.distance)
    said = last_line(columns, (2, 5), (9, 2), expect=7, causes=mistakes.distance)
    assert "only the columns are compared" in said
    assert "the smaller difference is taken" not in said


def test_without_evidence_both_are_named():
    def columns(p: Any, q: Any) -> int:
        return abs(p[1] - q[1])

    said = last_line(columns, (4, 2), (-7, -3), expect=11, causes=mistakes.distance)
    both = "the smaller difference is taken, not the larger – or: only the columns are compared"
    assert said.endswith(both)


def test_what_another_function_has_answered_is_no_evidence():
    def right(p: Any, q: Any) -> int:
        return 8

    check(right, (1, 2), (7, 10), expect=8, causes=mistakes.distance)
    test_without_evidence_both_are_named()


X1, U = np.array([3.0, -1.0, 4.0, 1.0, 5.0]), np.array([2.0, -1.0, 3.0])
IMAGE = np.arange(60).reshape(2, 2, 3, 5) * 7 % 11 - 4
WEIGHT, BIAS = np.arange(24.0).reshape(2, 2, 2, 3) * 5 % 7 - 3, np.array([10.0, -3.0])
LOCAL = np.arange(540.0).reshape(3, 5, 2, 2, 3, 3) * 3 % 11 - 4
MAP = np.arange(30.0).reshape(2, 3, 5) - 7


GRAD = np.arange(80).reshape(2, 2, 4, 5) * 7 % 13 % 6 - 2
COLUMNS = np.arange(216).reshape(2, 18, 6) * 5 % 7 - 2.5


def cubic(x: Any) -> Any:
    return np.sum(np.arange(1, 7).reshape(2, 3) * x**3) + np.sum(x) ** 2


def uneven(x: Any) -> Any:
    return x * (np.arange(9)[:, None] - 4) ** 2 * (np.arange(10) - 3)


EVERY: dict[str, tuple[Any, ...]] = {
    "vect": (IMAGE,),
    "unvect": (np.arange(24.0), (2, 2, 2, 3)),
    "strides_of": ((2, 3, 4, 5),),
    "flat_index": ((1, 2, 2, 3), (2, 3, 4, 5)),
    "permute_pixels": (IMAGE, np.arange(15) * 4 % 15),
    "dense_parameters": (5, 8, 2, 3),
    "dense_layer": (IMAGE[:, :, :1], np.arange(100.0).reshape(10, 10) % 7, np.arange(10.0)),
    "distance": ((4, 2), (-7, -3)),
    "patch": (IMAGE[0], 1, 2, 1),
    "local_mask": (8, 3),
    "locally_connected_1d": (X1, np.arange(15.0).reshape(5, 3) * 7 % 11 - 4),
    "locally_connected_2d": (IMAGE, LOCAL, MAP),
    "local_parameters": (5, 8, 2, 5, 1),
    "correlate_1d": (X1, U),
    "convolve_1d": (X1, U),
    "toeplitz_1d": (np.array([0.5, -2.0, 3.0, 1.0]), 4, 2),
    "conv2d_loops": (IMAGE, WEIGHT, BIAS),
    "shift": (IMAGE[0], 1, -2),
    "equivariance_error": (uneven, np.arange(360.0).reshape(2, 2, 9, 10) * 7 % 29 - 14, 1, -2, 1),
    "numerical_gradient": (cubic, np.array([[2, -1, 4], [3, 1, -2]]), 0.5),
    "col2im": (COLUMNS, (3, 5), 3, 2, 1),
    "conv2d_backward": (GRAD, IMAGE, WEIGHT, 1),
    "max_pool2d_backward": (GRAD[:, :, :1, :2] / 2, IMAGE, 2),
    "output_size": (23, 4, 3, 2, 2),
    "pad2d": (IMAGE, (1, 2), -7),
    "same_padding": (5, 3),
    "dilate_kernel": (WEIGHT, 3),
    "conv2d": (IMAGE, WEIGHT, BIAS, (1, 2), (2, 1), (2, 1)),
    "filter_bank": (),
}


def test_a_kernel_that_is_taken_to_be_square_is_told_from_a_range_that_ends_too_late():
    def square(x: Any, weight: Any, bias: Any) -> Any:
        side = min(weight.shape[2:])
        return conv2d(x, weight[..., :side, :side], bias)

    for weight in (WEIGHT, WEIGHT.swapaxes(2, 3)):
        right = conv2d(IMAGE, weight, BIAS)
        said = message(square, IMAGE, weight, BIAS, expect=right, causes=mistakes.conv2d_loops)
        assert "the kernel is taken to be square" in said


def test_a_band_that_fills_the_mask_may_be_too_wide_or_all_true():
    band = abs(np.subtract.outer(np.arange(8), np.arange(8))) <= 3
    full = np.ones((8, 8), dtype=bool)
    said = message(lambda n, k: full, 8, 3, expect=band, causes=mistakes.local_mask)
    assert "everything is True" in said
    assert "2k + 1 wide" in said


def test_a_frame_that_is_one_too_wide_may_also_be_the_sum_of_the_shifts():
    args = EVERY["equivariance_error"]
    wide = mistakes.equivariance_error(*args)["the frame is one row and column too wide"]()
    causes = mistakes.equivariance_error
    said = message(lambda *_: wide, *args, expect=221.0, causes=causes)
    assert "one row and column too wide" in said
    assert "|dy| + |dx| wide" in said


def gradients(*args: Any, **kwargs: Any) -> Any:
    return tuple(conv_backward(*args, **kwargs))


def test_a_mistake_in_one_of_several_answers_is_told_by_what_came_right_before():
    def first_image(grad_out: Any, x: Any, weight: Any, padding: int = 0) -> Any:
        grad_x, _, grad_bias = gradients(grad_out, x, weight, padding=padding)
        return grad_x, gradients(grad_out[:1], x[:1], weight, padding=padding)[1], grad_bias

    causes = mistakes.conv2d_backward
    single = GRAD[:1, :, :2, :3], IMAGE[:1], WEIGHT
    check(first_image, *single, expect=gradients(*single), causes=causes)
    batch = GRAD, IMAGE, WEIGHT, 1
    right = gradients(*batch[:3], padding=1)
    said = message(first_image, *batch, expect=right, causes=causes)
    assert "in entry 1 of its answer" in said
    assert "only the first image counts in grad_weight" in said


def test_a_mistake_that_shows_in_an_entry_that_is_right_is_not_named():
    def ones(grad_out: Any, x: Any, weight: Any) -> Any:
        grad_x, _, grad_bias = gradients(grad_out, x, weight)
        return grad_x, gradients(np.ones_like(grad_out), x, weight)[1], grad_bias

    given = GRAD[:, :, :2, :3], IMAGE, WEIGHT
    said = last_cause(ones, *given, expect=gradients(*given), causes=mistakes.conv2d_backward)
    assert said.endswith("usual cause:      grad_out is not used in grad_weight")


def last_cause(function: Any, *args: Any, expect: Any, causes: Any) -> str:
    lines = message(function, *args, expect=expect, causes=causes).split("\n")
    return next(line for line in lines if "usual cause" in line)


def test_a_bias_that_nobody_gave_leaves_more_than_zero():
    def layer(x: Any, weight: Any, bias: Any = None) -> Any:
        out = conv2d(x, weight)
        return out + bias[:, None, None] if bias is not None else 0

    right = conv2d(IMAGE, WEIGHT)
    for causes in (mistakes.conv2d, mistakes.conv2d_loops):
        assert "without a bias 0 comes back" in last_line(
            layer, IMAGE, WEIGHT, expect=right, causes=causes
        )
    said = last_line(lambda *_: 1, IMAGE, WEIGHT, expect=right, causes=mistakes.conv2d)
    assert said.split() == ["got:", "1", "(int)"]


def test_padding_that_is_put_into_a_layer_is_told_from_what_it_looks_like():
    def one_sided(x: Any, weight: Any, padding: Any) -> Any:
        rows, columns = padding
        return conv2d(x, weight, padding=[(rows, 0), (columns, 0)])

    right = conv2d(IMAGE, WEIGHT, padding=(2, 1))
    said = last_line(one_sided, IMAGE, WEIGHT, expect=right, causes=mistakes.conv2d, padding=(2, 1))
    assert "above and on the left only – or: the padding is counted once" in said


def test_every_operation_is_tried_here():
    public = {
        name
        for name, each in vars(mistakes).items()
        if getattr(each, "__annotations__", {}).get("return") == Mistakes
    }
    assert {name for name in public if not name.startswith("_")} == set(EVERY)


@pytest.mark.parametrize("operation", EVERY)
def test_mistakes_can_be_computed_and_leave_their_arguments_alone(operation: str):
    args = EVERY[operation]
    before = [np.copy(each) for each in args if isinstance(each, np.ndarray)]
    computed = 0
    for answer in getattr(mistakes, operation)(*args).values():
        try:
            entries = answer()
            for each in entries if isinstance(entries, tuple) else [entries]:
                assert np.asarray(each).dtype.kind in "biuf"
            computed += 1
        except ValueError:  # impossible for these arguments
            continue
    assert computed >= 10
    after = [each for each in args if isinstance(each, np.ndarray)]
    assert all(map(np.array_equal, before, after))


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("pixels", [(1, 1), (3, 4), (5, 3), (6, 7)])
def test_a_mistake_that_cannot_be_made_is_left_out_and_stops_no_check(
    size: int, pixels: tuple[int, int]
) -> None:
    x = np.random.default_rng(0).normal(size=(2, 2, *pixels))
    size = min(size, *pixels)
    grad_out = np.ones((2, 2, *(n // size for n in pixels)))
    for answer in mistakes.max_pool2d_backward(grad_out, x, size).values():
        with contextlib.suppress(ValueError):
            answer()
