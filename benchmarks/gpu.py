"""The CUDA kernels against PyTorch with cuDNN, on this machine's GPU.

python benchmarks/gpu.py          writes benchmarks/results/gpu.md, if there is a GPU to measure

Both libraries work in processes of their own, which take turns. A time is the median over rounds
of what CUDA events measure around several runs, whose inputs lie in turn in different memory, more
of it than the caches hold. Batch 64; PyTorch has `cudnn.benchmark` on and the same precision.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

BATCH, ROUNDS, REPEATS = 64, 3, 7
#: Bytes of inputs through which runs go in turn.
FRESH = 2**28
RESULTS = Path(__file__).parent / "results" / "gpu.md"


class Layer(NamedTuple):
    """A layer of a known network; `kind` is conv, depthwise, max or avg."""

    network: str
    kind: str
    c: int
    c_out: int
    pixels: int
    s: int
    stride: int = 1

    @property
    def padding(self) -> int:
        return self.s // 2 if self.kind != "avg" else 0

    def __str__(self) -> str:
        shape = f"{self.c}, {self.pixels}² → {self.c_out}, {self.s}×{self.s}"
        return f"{self.network}: {self.kind} {shape}" + f" / {self.stride}" * (self.stride > 1)


LAYERS = [
    *(
        Layer("VGG-16", "conv", c, c_out, pixels, 3)
        for c, c_out, pixels in [
            (3, 64, 224),
            (64, 64, 224),
            (64, 128, 112),
            (128, 256, 56),
            (256, 512, 28),
            (512, 512, 14),
        ]
    ),
    Layer("ResNet-50", "conv", 3, 64, 224, 7, 2),
    Layer("ResNet-50", "conv", 64, 64, 56, 3),
    Layer("ResNet-50", "conv", 64, 256, 56, 1),
    Layer("ResNet-50", "conv", 128, 128, 56, 3, 2),
    Layer("ResNet-50", "conv", 256, 256, 14, 3),
    Layer("ResNet-50", "conv", 1024, 2048, 14, 1, 2),
    Layer("ResNet-50", "conv", 2048, 512, 7, 1),
    Layer("MobileNetV2", "conv", 16, 96, 112, 1),
    Layer("MobileNetV2", "depthwise", 32, 32, 112, 3),
    Layer("MobileNetV2", "depthwise", 96, 96, 112, 3, 2),
    Layer("MobileNetV2", "depthwise", 384, 384, 14, 3),
    Layer("MobileNetV2", "depthwise", 960, 960, 7, 3),
    Layer("ResNet-50", "max", 64, 64, 112, 3, 2),
    Layer("VGG-16", "max", 64, 64, 224, 2, 2),
    Layer("ResNet-50", "avg", 2048, 2048, 7, 7),
    Layer("DenseNet", "avg", 256, 256, 56, 2, 2),
]

#: What is compared, and how much longer than PyTorch's our time may be.
TARGETS = {"full": 1.2, "tf32": 1.5, "depthwise": 1.0, "pooling": 1.0}


def works() -> Iterator[tuple[str, Layer, str]]:
    """Every comparison: its target's name, the layer, the pass."""
    for layer in LAYERS:
        if layer.kind == "conv":
            for precision in ("full", "tf32"):
                for step in ("forward", "input gradient", "weight gradient"):
                    yield precision, layer, step
        elif layer.kind == "depthwise":
            for step in ("forward", "input gradient", "weight gradient"):
                yield "depthwise", layer, step
        else:
            for step in ("forward", "backward"):
                yield "pooling", layer, step


def shapes(layer: Layer) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Of the input, the weights and the output."""
    positions = (layer.pixels + 2 * layer.padding - layer.s) // layer.stride + 1
    x = (BATCH, layer.c, layer.pixels, layer.pixels)
    weight = (layer.c_out, 1 if layer.kind == "depthwise" else layer.c, layer.s, layer.s)
    return x, weight, (BATCH, layer.c_out, positions, positions)


Run = Callable[[], object]


def ours(name: str, layer: Layer, step: str) -> Iterator[Run]:
    """Runs of convbook's kernels, each on arrays of its own."""
    import cupy

    from convbook.engine import cuda
    from convbook.geometry import conv_geometry

    of_x, of_weight, of_out = shapes(layer)
    geometry = conv_geometry("weight", layer.s, of_x[2:], layer.stride, layer.padding)
    rng, how = cupy.random.default_rng(0), {"precision": "tf32" if name == "tf32" else "full"}

    def array(shape: tuple[int, ...]) -> Any:
        return rng.standard_normal(shape, dtype="float32")

    def into(function: Any, one: Any, other: Any, shape: tuple[int, ...]) -> Run:
        return lambda: function(one, other, cupy.empty(shape, "float32"), geometry, **how)

    while True:
        x, weight, grad = array(of_x), array(of_weight), array(of_out)
        if layer.kind in ("conv", "depthwise"):
            yield {
                "forward": into(cuda.forward, x, weight, of_out),
                "input gradient": into(cuda.input_gradient, grad, weight, of_x),
                "weight gradient": into(cuda.weight_gradient, grad, x, of_weight),
            }[step]
        elif layer.kind == "max" and step == "forward":
            yield lambda x=x: cuda.max_pool(x, geometry, True)
        elif layer.kind == "max":
            _, indices = cuda.max_pool(x, geometry, True)
            yield lambda grad=grad, at=indices: cuda.max_pool_backward(grad, at, geometry)
        elif step == "forward":
            yield lambda x=x: cuda.avg_pool(x, geometry, True)
        else:
            yield lambda grad=grad: cuda.avg_pool_backward(grad, geometry, True)


def theirs(name: str, layer: Layer, step: str) -> Iterator[Run]:
    """Runs of what PyTorch's layers and its autograd call."""
    import torch

    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = name == "tf32"
    aten, (of_x, of_weight, of_out) = torch.ops.aten, shapes(layer)
    groups = layer.c if layer.kind == "depthwise" else 1
    two = [[layer.s] * 2, [layer.stride] * 2, [layer.padding] * 2]
    conv = [*two[1:], [1, 1], False, [0, 0], groups]

    def array(shape: tuple[int, ...]) -> Any:
        return torch.randn(shape, device="cuda")

    while True:
        x, weight, grad = array(of_x), array(of_weight), array(of_out)
        if layer.kind in ("conv", "depthwise") and step == "forward":
            yield lambda x=x, w=weight: aten.convolution(x, w, None, *conv)
        elif layer.kind in ("conv", "depthwise"):
            wanted = [step == "input gradient", step == "weight gradient", False]
            yield lambda x=x, w=weight, g=grad, wanted=wanted: aten.convolution_backward(
                g, x, w, None, *conv, wanted
            )
        elif layer.kind == "max" and step == "forward":
            yield lambda x=x: aten.max_pool2d_with_indices(x, *two)
        elif layer.kind == "max":
            _, indices = aten.max_pool2d_with_indices(x, *two)
            yield lambda x=x, g=grad, at=indices: aten.max_pool2d_with_indices_backward(
                g, x, *two, [1, 1], False, at
            )
        elif step == "forward":
            yield lambda x=x: aten.avg_pool2d(x, *two)
        else:
            yield lambda x=x, g=grad: aten.avg_pool2d_backward(g, x, *two, False, True, None)


def measure(library: str) -> list[float]:
    """The median milliseconds of every work."""
    if library == "convbook":
        import cupy

        event, free = cupy.cuda.Event, cupy.get_default_memory_pool().free_all_blocks
        between = cupy.cuda.get_elapsed_time
    else:
        import torch

        event, free = lambda: torch.cuda.Event(enable_timing=True), torch.cuda.empty_cache
        between = lambda start, end: start.elapsed_time(end)  # noqa: E731
    medians = []
    for name, layer, step in works():
        numbers = sum(shape[0] * shape[1] * shape[2] * shape[3] for shape in shapes(layer)[::2])
        copies = max(2, FRESH // (4 * numbers))
        make = (ours if library == "convbook" else theirs)(name, layer, step)
        runs = [next(make) for _ in range(copies)]
        for run in [*runs, *runs[:2]]:  # compile, choose an algorithm, warm up
            run()
        times = []
        for _ in range(REPEATS):
            start, end = event(), event()
            start.record()
            for run in runs:
                run()
            end.record()
            end.synchronize()
            times.append(between(start, end) / copies)
        medians.append(statistics.median(times))
        del runs, make, run
        free()
    return medians


def device() -> tuple[str, str]:
    """The GPU and the versions that were measured; or nothing, and why nothing can be."""
    try:
        import cupy
        import torch
    except ImportError as error:
        return "", f"{error.name} is not installed"
    if not torch.cuda.is_available() or torch.backends.cudnn.version() is None:
        return "", "PyTorch finds no CUDA device with cuDNN"
    try:
        name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return "", f"CuPy finds no CUDA device: {error}"
    cudnn = torch.backends.cudnn.version()
    return name, f"CuPy {cupy.__version__}, PyTorch {torch.__version__}, cuDNN {cudnn}"


def main() -> None:
    """Measure in turns and write the page of results."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    gpu, versions = device()
    if not gpu:
        print(f"gpu.py measures nothing: {versions}")
        return
    rounds: dict[str, list[list[float]]] = {"convbook": [], "torch": []}
    for _ in range(ROUNDS):
        for library, found in rounds.items():
            command = [sys.executable, __file__, library]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            found.append(json.loads(done.stdout))
    text = page(gpu, versions, {name: _medians(found) for name, found in rounds.items()})
    RESULTS.write_text(text, "utf-8")
    print(text)


def _medians(rounds: list[list[float]]) -> list[float]:
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def page(gpu: str, versions: str, times: dict[str, list[float]]) -> str:
    """The results as Markdown: against the targets first, then one line a work."""
    ratios: dict[str, list[float]] = {name: [] for name in TARGETS}
    rows = []
    for (name, layer, step), our, their in zip(works(), *times.values(), strict=True):
        ratios[name].append(our / their)
        rows.append(f"| {layer} | {step} | {name} | {our:.3f} | {their:.3f} | {our / their:.2f} |")
    summary = [
        f"| {name} | {statistics.geometric_mean(found):.2f} | {max(found):.2f} | {TARGETS[name]} |"
        for name, found in ratios.items()
    ]
    lines = [
        f"# CUDA kernels against PyTorch with cuDNN, {date.today()}",
        "",
        f"{gpu}; {versions}. Batch {BATCH}, float32; median of {ROUNDS} × {REPEATS} in "
        "milliseconds. Ratio: convbook / PyTorch, smaller is better.",
        "",
        "| what | geometric mean of ratios | largest | target |",
        "|---|---|---|---|",
        *summary,
        "",
        "| layer | pass | precision or kind | convbook, ms | PyTorch, ms | ratio |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
