"""Sizes and counts of layers: pure integers, no arrays.

An image is `h` by `w` pixels with `c` channels; a layer answers with `c_out` channels at every
position and, unless it is dense, looks at `s` by `s` pixels. Biases are counted only when asked.
"""

from convbook.arrays import integer, truth


def output_size(n: int, s: int, padding: int = 0) -> int:
    """Positions at which a window of `s` pixels fits on `n` pixels padded on both sides.

    Raises ValueError when the window is larger than the padded signal.

    >>> output_size(4, 3), output_size(4, 3, padding=1)
    (2, 4)
    """
    n, s, padding = integer("n", n), integer("s", s, 1), integer("padding", padding)
    padded = n + 2 * padding
    if s > padded:
        raise ValueError(f"s must be at most the padded size {padded}; it is {s}")
    return padded - s + 1


def dense_parameters(h: int, w: int, c: int, c_out: int, bias: bool = False) -> int:
    """Weights of a fully-connected layer from (h, w, c) to (h, w, c_out): `(hw)² c c_out`.

    >>> dense_parameters(256, 256, 3, 3)
    38654705664
    """
    pixels = integer("h", h, 1) * integer("w", w, 1)
    c, c_out = integer("c", c, 1), integer("c_out", c_out, 1)
    return (pixels * c + truth("bias", bias)) * pixels * c_out


def locally_connected_parameters(
    h: int, w: int, c: int, c_out: int, s: int, bias: bool = False
) -> int:
    """Weights of a locally-connected layer with its own kernel at every pixel: `hw s² c c_out`.

    >>> locally_connected_parameters(256, 256, 3, 3, s=3)
    5308416
    """
    positions = integer("h", h, 1) * integer("w", w, 1)
    return positions * conv_parameters(c, c_out, s, bias)


def conv_parameters(c: int, c_out: int, s: int, bias: bool = False) -> int:
    """Weights of a convolutional layer: `s² c c_out`, whatever the size of the image.

    >>> conv_parameters(3, 3, s=3), conv_parameters(3, 64, s=3, bias=True)
    (81, 1792)
    """
    c, c_out, s = integer("c", c, 1), integer("c_out", c_out, 1), integer("s", s, 1)
    return (s * s * c + truth("bias", bias)) * c_out
