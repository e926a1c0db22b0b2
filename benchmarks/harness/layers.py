"""Twenty layers of well-known networks, and how each library does one."""

import os
from typing import Any, NamedTuple

import numpy as np

from harness import Work


class Layer(NamedTuple):
    """A convolutional layer, the same along every axis, and its input's pixels."""

    c: int
    c_out: int
    pixels: tuple[int, ...]
    s: int
    stride: int = 1
    groups: int = 1

    @property
    def how(self) -> dict[str, Any]:
        """The arguments other than arrays."""
        return {"stride": self.stride, "padding": self.s // 2, "groups": self.groups}

    def arrays(self, n: int) -> tuple[Any, Any]:
        """x and weight."""
        rng = np.random.default_rng(0)
        axes = len(self.pixels)
        x = rng.standard_normal((n, self.c, *self.pixels), np.float32)
        shape = self.c_out, self.c // self.groups, *(self.s,) * axes
        return x, rng.standard_normal(shape, np.float32)

    def __str__(self) -> str:
        size = "×".join(map(str, self.pixels))
        kernel = "×".join([str(self.s)] * len(self.pixels))
        more = [f"stride {self.stride}"] * (self.stride > 1)
        more += [f"{self.groups} groups"] * (self.groups > 1)
        return ", ".join([f"{self.c}→{self.c_out}, {size}, {kernel}", *more])


LAYERS = {
    "VGG-16 conv1_1": Layer(3, 64, (224, 224), 3),
    "VGG-16 conv1_2": Layer(64, 64, (224, 224), 3),
    "VGG-16 conv2_2": Layer(128, 128, (112, 112), 3),
    "VGG-16 conv3_2": Layer(256, 256, (56, 56), 3),
    "VGG-16 conv4_2": Layer(512, 512, (28, 28), 3),
    "VGG-16 conv5_1": Layer(512, 512, (14, 14), 3),
    "ResNet-50 stem": Layer(3, 64, (224, 224), 7, stride=2),
    "ResNet-50 widen": Layer(64, 256, (56, 56), 1),
    "ResNet-50 narrow": Layer(256, 64, (56, 56), 1),
    "ResNet-50 halve": Layer(128, 128, (56, 56), 3, stride=2),
    "ResNet-50 3×3": Layer(256, 256, (14, 14), 3),
    "ResNet-50 shortcut": Layer(1024, 2048, (14, 14), 1, stride=2),
    "MobileNetV2 stem": Layer(3, 32, (224, 224), 3, stride=2),
    "MobileNetV2 depthwise": Layer(32, 32, (112, 112), 3, groups=32),
    "MobileNetV2 widen": Layer(16, 96, (112, 112), 1),
    "MobileNetV2 halve": Layer(144, 144, (56, 56), 3, stride=2, groups=144),
    "long 1-d, audio": Layer(1, 80, (16000,), 251),
    "long 1-d, depthwise": Layer(64, 64, (4096,), 255, groups=64),
    "long 2-d, depthwise": Layer(128, 128, (56, 56), 31, groups=128),
    "long 2-d, dense": Layer(8, 8, (112, 112), 15),
}

CASES = {
    f"{name} ({layer}), batch {n}": (layer, n) for name, layer in LAYERS.items() for n in (1, 8)
}


def torch_arrays(layer: Layer, n: int) -> tuple[Any, Any, Any]:
    """torch with as many threads as the environment says; x and weight as tensors."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    return torch, *map(torch.from_numpy, layer.arrays(n))


def torch_forward(case: tuple[Layer, int]) -> Work:
    """PyTorch's layer."""
    layer, n = case
    torch, x, weight = torch_arrays(layer, n)
    function = torch.conv1d if x.ndim == 3 else torch.conv2d
    return lambda: function(x, weight, None, **layer.how)


def our_forward(case: tuple[Layer, int]) -> Work:
    """convbook's layer."""
    from convbook import conv

    layer, n = case
    x, weight = layer.arrays(n)
    return lambda: conv(x, weight, **layer.how)
