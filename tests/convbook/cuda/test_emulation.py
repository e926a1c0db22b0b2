"""What runs kernels on this processor sees the faults that a test of kernels is there to see."""

from collections.abc import Callable

import emulation
import numpy as np
import pytest
from references import Variant, convolution

import convbook.engine.cuda.conv
from convbook.engine.cuda.launch import kernel, source

BARRIER = "__syncthreads();"


def change(monkeypatch: pytest.MonkeyPatch, edit: Callable[[str], str]) -> None:
    """Run kernels with a change to their text."""
    assert edit(source("conv.cu")) != source("conv.cu")
    monkeypatch.setattr(emulation, "source", lambda file: edit(source(file)))
    monkeypatch.setattr(emulation, "compiled", emulation.compiled.__wrapped__)


def forward() -> None:
    given = convolution(Variant((3, 3)), "float32", (1, 9, 9), 1, 5, 3, [(1, 1), (1, 1)])
    out = np.empty_like(given.out)
    convbook.engine.cuda.forward(given.x, given.weight, out, given.geometry, given.bias)
    np.testing.assert_array_equal(out, given.out)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.usefixtures("emulated")
def test_a_missing_barrier(which: int, monkeypatch: pytest.MonkeyPatch):
    def without(text: str) -> str:
        before, between, after = text.split(BARRIER)
        return before + (between + BARRIER, BARRIER + between)[which] + after

    change(monkeypatch, without)
    with pytest.raises(AssertionError, match="Arrays are not equal"):
        forward()


@pytest.mark.usefixtures("emulated")
def test_a_barrier_that_some_threads_pass_by(monkeypatch: pytest.MonkeyPatch):
    change(monkeypatch, lambda text: text.replace(BARRIER, f"if (threadIdx.x < 250) {BARRIER}"))
    with pytest.raises(AssertionError, match=r"threads of block \d+ of conv_forward missed"):
        forward()


@pytest.mark.usefixtures("emulated")
def test_a_number_written_beside_the_array(monkeypatch: pytest.MonkeyPatch):
    change(monkeypatch, lambda text: text.replace("row < problem.rows", "row <= problem.rows"))
    with pytest.raises(AssertionError, match="conv_forward wrote beside an array"):
        forward()


@pytest.mark.usefixtures("emulated")
def test_arguments_that_are_not_the_parameters():
    run = kernel("sum.cu", "sum_parts", np.dtype("float32"))
    parts, out, number = np.zeros((2, 3), "f"), np.zeros(3, "f"), np.int32(3)
    with pytest.raises(AssertionError, match="sum_parts has 4 parameters; it is given 3"):
        emulation.launch(run, 1, 32, parts, out, number)
    for wrong in (
        (parts, out, number, np.int64(2)),
        (parts.astype(float), out, number, np.int32(2)),
        (parts, number, out, np.int32(2)),
    ):
        with pytest.raises(AssertionError):
            emulation.launch(run, 1, 32, *wrong)
