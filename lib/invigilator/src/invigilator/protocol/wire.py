"""What may cross between the examiner and the candidate, and nothing else.

Plain data: None, bools, numbers, strings, bytes, slices, ranges, tuples, lists, dicts, sets, NumPy
scalars, dtypes and arrays (as raw bytes; PyTorch's CPU tensors too, where PyTorch is loaded).
Anything else crosses only in the form that one side chooses for it, as `Special`. Reading never
runs code that the other side chose: no pickle, no class looked up by name, and limits on size,
depth and count before memory is taken.
"""

import math
import re
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


class WireError(ValueError):
    """What came is not a message, or breaks a limit."""


@dataclass(frozen=True)
class Limits:
    """How large a message may be: bytes in all, values in all, depth of nesting."""

    size: int = 1 << 28
    items: int = 1 << 21
    depth: int = 64


@dataclass(frozen=True)
class Special:
    """Something that isn't plain data, as plain data: its kind, and what is said of it."""

    kind: str
    about: Any


_DTYPE = re.compile(
    r"[<>|](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,6}|[mM]8(\[\d{0,6}[a-zA-Z]{1,2}\])?)"
)
_MAX_DIMENSIONS = 32
_LENGTH = struct.Struct(">Q")
_FLOAT, _COMPLEX = struct.Struct(">d"), struct.Struct(">dd")


def encode(
    value: Any, special: Callable[[Any], Special] | None = None, limits: Limits | None = None
) -> bytes:
    """The bytes of a value. What isn't plain goes through `special`; without it, that is an error.

    >>> decode(encode({"x": (1, None, np.arange(3.0))}))
    {'x': (1, None, array([0., 1., 2.]))}
    """
    return b"".join(_Encoder(special, limits or Limits()).parts_of(value))


def decode(
    data: bytes | bytearray | memoryview,
    special: Callable[[Special], Any] | None = None,
    limits: Limits | None = None,
) -> Any:
    """The value of some bytes; `special` makes what isn't plain. Raises WireError, nothing else."""
    decoder = _Decoder(memoryview(data), special, limits or Limits())
    try:
        value = decoder.value(0)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise WireError(f"a malformed message: {error}") from None
    if decoder.place != len(decoder.data):
        raise WireError("a message has more bytes than its value")
    return value


class _Encoder:
    def __init__(self, special: Callable[[Any], Special] | None, limits: Limits) -> None:
        self.special, self.limits, self.items, self.size = special, limits, 0, 0
        self.parts: list[bytes] = []

    def parts_of(self, value: Any) -> list[bytes]:
        self.add(value, 0)
        return self.parts

    def put(self, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)
        if self.size > self.limits.size:
            raise WireError(f"a value is larger than {self.limits.size} bytes")

    def sized(self, tag: bytes, data: bytes) -> None:
        self.put(tag + _LENGTH.pack(len(data)) + data)

    def add(self, value: Any, depth: int) -> None:
        self.items += 1
        if self.items > self.limits.items:
            raise WireError(f"a value has more than {self.limits.items} parts")
        if depth > self.limits.depth:
            raise WireError(f"a value is nested deeper than {self.limits.depth}")
        write = _WRITERS.get(type(value))
        if write is None:
            # A subclass crosses as what it is a kind of, without what it adds.
            kinds = (kind for kind in _WRITERS if isinstance(value, kind))
            write = _WRITERS.get(next(kinds, object), _Encoder.other)
        write(self, value, depth)

    def none(self, value: None, depth: int) -> None:
        self.put(b"N")

    def ellipsis(self, value: Any, depth: int) -> None:
        self.put(b".")

    def a_bool(self, value: bool, depth: int) -> None:
        self.put(b"T" if value else b"F")

    def a_int(self, value: int, depth: int) -> None:
        number = int(value)
        self.sized(b"i", number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))

    def a_float(self, value: float, depth: int) -> None:
        self.put(b"d" + _FLOAT.pack(value))

    def a_complex(self, value: complex, depth: int) -> None:
        self.put(b"c" + _COMPLEX.pack(value.real, value.imag))

    def a_str(self, value: str, depth: int) -> None:
        self.sized(b"s", str.encode(value, "utf-8", "surrogatepass"))

    def a_bytes(self, value: bytes, depth: int) -> None:
        self.sized(b"b", bytes(value))

    def a_dict(self, value: dict[Any, Any], depth: int) -> None:
        self.put(b"{" + _LENGTH.pack(dict.__len__(value)))
        for key, each in dict.items(value):
            self.add(key, depth + 1)
            self.add(each, depth + 1)

    def a_tuple(self, value: tuple[Any, ...], depth: int) -> None:
        self.several(b"(", [*tuple.__iter__(value)], depth)

    def a_list(self, value: list[Any], depth: int) -> None:
        self.several(b"[", [*list.__iter__(value)], depth)

    def a_set(self, value: set[Any], depth: int) -> None:
        self.several(b"<", [*set.__iter__(value)], depth)

    def a_frozenset(self, value: frozenset[Any], depth: int) -> None:
        self.several(b">", [*frozenset.__iter__(value)], depth)

    def a_slice(self, value: slice, depth: int) -> None:
        self.several(b":", [value.start, value.stop, value.step], depth)

    def a_range(self, value: range, depth: int) -> None:
        self.several(b"r", [value.start, value.stop, value.step], depth)

    def several(self, tag: bytes, values: list[Any], depth: int) -> None:
        self.put(tag + _LENGTH.pack(len(values)))
        for each in values:
            self.add(each, depth + 1)

    def array(self, value: Any, depth: int, tag: bytes = b"a") -> None:
        value = np.asarray(value)
        if not _DTYPE.fullmatch(value.dtype.str) or not value.dtype.itemsize:
            self.other(value, depth)
            return
        if value.nbytes + self.size > self.limits.size:
            raise WireError(f"a value is larger than {self.limits.size} bytes")
        fortran = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        flags = 1 * fortran + 2 * value.flags.writeable
        self.sized(tag, value.dtype.str.encode())
        self.put(struct.pack(f">BB{value.ndim}QQ", flags, value.ndim, *value.shape, value.nbytes))
        self.put(value.tobytes("F" if fortran else "C"))

    def scalar(self, value: np.generic, depth: int) -> None:
        if _DTYPE.fullmatch(value.dtype.str) and value.dtype.itemsize:
            self.array(value, depth, b"g")
        else:
            self.other(value, depth)

    def dtype(self, value: np.dtype[Any], depth: int) -> None:
        if _DTYPE.fullmatch(value.str):
            self.sized(b"t", value.str.encode())
        else:
            self.other(value, depth)

    def mention(self, value: Special, depth: int) -> None:
        self.put(b"o")
        self.add(value.kind, depth + 1)
        self.add(value.about, depth + 1)

    def other(self, value: Any, depth: int) -> None:
        if _is_tensor(value):
            self.put(b"e" + (b"\1" if value.requires_grad else b"\0"))
            self.array(value.detach().numpy(), depth)
        elif self.special is None:
            raise WireError(f"{type(value).__name__} is not plain data")
        else:
            self.add(self.special(value), depth + 1)


# In this order for subclasses: a bool is an int, and float64 is a float.
_WRITERS: dict[type, Callable[[_Encoder, Any, int], None]] = {
    bool: _Encoder.a_bool,
    np.generic: _Encoder.scalar,
    np.ndarray: _Encoder.array,
    int: _Encoder.a_int,
    float: _Encoder.a_float,
    complex: _Encoder.a_complex,
    str: _Encoder.a_str,
    bytes: _Encoder.a_bytes,
    bytearray: _Encoder.a_bytes,
    dict: _Encoder.a_dict,
    tuple: _Encoder.a_tuple,
    list: _Encoder.a_list,
    set: _Encoder.a_set,
    frozenset: _Encoder.a_frozenset,
    slice: _Encoder.a_slice,
    range: _Encoder.a_range,
    np.dtype: _Encoder.dtype,
    Special: _Encoder.mention,
    type(None): _Encoder.none,
    type(...): _Encoder.ellipsis,
}


class _Decoder:
    def __init__(
        self, data: memoryview, special: Callable[[Special], Any] | None, limits: Limits
    ) -> None:
        self.data, self.special, self.limits = data, special, limits
        self.place = self.items = 0
        if len(data) > limits.size:
            raise WireError(f"a message is larger than {limits.size} bytes")

    def take(self, count: int) -> memoryview:
        start, self.place = self.place, self.place + count
        if self.place > len(self.data):
            raise WireError("a message breaks off")
        return self.data[start : self.place]

    def unpack(self, form: struct.Struct) -> tuple[Any, ...]:
        return form.unpack(self.take(form.size))

    def sized(self) -> bytes:
        return bytes(self.take(self.unpack(_LENGTH)[0]))

    def several(self, count: int, depth: int) -> list[Any]:
        if count > self.limits.items - self.items:
            raise WireError(f"a message has more than {self.limits.items} parts")
        return [self.value(depth + 1) for _ in range(count)]

    def parts(self, depth: int) -> list[Any]:
        return self.several(self.unpack(_LENGTH)[0], depth)

    def value(self, depth: int) -> Any:
        self.items += 1
        if self.items > self.limits.items or depth > self.limits.depth:
            raise WireError("a message has too many parts, or nests too deep")
        tag = self.take(1)[0]
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"a message holds an unknown tag {tag}")
        return read(self, depth)

    def a_int(self, depth: int) -> int:
        return int.from_bytes(self.sized(), "big", signed=True)

    def a_str(self, depth: int) -> str:
        return self.sized().decode("utf-8", "surrogatepass")

    def a_dict(self, depth: int) -> dict[Any, Any]:
        entries = self.several(2 * self.unpack(_LENGTH)[0], depth)
        return dict(zip(entries[::2], entries[1::2], strict=True))

    def mention(self, depth: int) -> Any:
        kind, about = self.value(depth + 1), self.value(depth + 1)
        if self.special is None or type(kind) is not str:
            raise WireError("a message holds more than plain data")
        return self.special(Special(kind, about))

    def dtype(self) -> np.dtype[Any]:
        text = self.sized()[:32].decode("ascii")
        if not _DTYPE.fullmatch(text):
            raise WireError(f"a message holds an array of dtype {text!r}")
        return np.dtype(text)

    def array(self) -> np.ndarray[Any, Any]:
        dtype = self.dtype()
        flags, dimensions = self.take(2)
        if dimensions > _MAX_DIMENSIONS:
            raise WireError(f"a message holds an array of {dimensions} axes")
        *shape, size = self.unpack(struct.Struct(f">{dimensions + 1}Q"))
        data = self.take(size)
        if not dtype.itemsize or size != math.prod(shape) * dtype.itemsize:
            raise WireError("an array's bytes don't fit its shape")
        flat = np.frombuffer(data, dtype)
        if dtype.kind == "b":  # any other byte would be neither True nor False
            flat = np.frombuffer(data, np.uint8) != 0
        elif dtype.kind == "U" and size:
            code_points = np.frombuffer(data, np.dtype(dtype.byteorder + "u4"))
            if code_points.max() > sys.maxunicode:
                raise WireError("an array holds characters that there are not")
        array = flat.reshape(shape, order="F" if flags & 1 else "C").copy(order="K")
        array.flags.writeable = bool(flags & 2)
        return array

    def tensor(self) -> Any:
        wants_gradient, tag = self.take(2)
        if tag != ord("a"):
            raise WireError("a tensor must be an array")
        array = self.array()
        array.flags.writeable = True
        if (torch := sys.modules.get("torch")) is None:
            return array
        tensor = torch.from_numpy(array)
        return tensor.requires_grad_() if wants_gradient else tensor


_READERS: dict[int, Callable[[_Decoder, int], Any]] = {
    ord("N"): lambda decoder, depth: None,
    ord("."): lambda decoder, depth: ...,
    ord("T"): lambda decoder, depth: True,
    ord("F"): lambda decoder, depth: False,
    ord("i"): _Decoder.a_int,
    ord("d"): lambda decoder, depth: decoder.unpack(_FLOAT)[0],
    ord("c"): lambda decoder, depth: complex(*decoder.unpack(_COMPLEX)),
    ord("s"): _Decoder.a_str,
    ord("b"): lambda decoder, depth: decoder.sized(),
    ord("("): lambda decoder, depth: tuple(decoder.parts(depth)),
    ord("["): lambda decoder, depth: decoder.parts(depth),
    ord("<"): lambda decoder, depth: set(decoder.parts(depth)),
    ord(">"): lambda decoder, depth: frozenset(decoder.parts(depth)),
    ord("{"): _Decoder.a_dict,
    ord(":"): lambda decoder, depth: slice(*decoder.parts(depth)),
    ord("r"): lambda decoder, depth: range(*decoder.parts(depth)),
    ord("a"): lambda decoder, depth: decoder.array(),
    ord("g"): lambda decoder, depth: decoder.array()[()],
    ord("t"): lambda decoder, depth: decoder.dtype(),
    ord("e"): lambda decoder, depth: decoder.tensor(),
    ord("o"): _Decoder.mention,
}


def _is_tensor(value: Any) -> bool:
    if (torch := sys.modules.get("torch")) is None:
        return False
    if type(value) not in (torch.Tensor, torch.nn.Parameter):
        return False
    return value.device.type == "cpu" and value.layout is torch.strided


def update(mine: Any, theirs: Any) -> None:
    """Change the containers and arrays in `mine` in place, so that they equal `theirs`.

    What doesn't correspond stays as it is: the other side only reports what a function did to its
    own copies.

    >>> values = [1, {"x": 2}]
    >>> update(values, [1, {"x": 3}, 4])
    >>> values
    [1, {'x': 3}, 4]
    """
    if type(mine) is not type(theirs):
        return
    if isinstance(mine, np.ndarray):
        same = mine.shape == theirs.shape and mine.dtype == theirs.dtype
        if same and mine.flags.writeable:
            mine[...] = theirs
    elif type(mine) is dict:
        if list(mine) == list(theirs):
            kept = {key: _updated(mine[key], theirs[key]) for key in mine}
        else:
            kept = theirs
        mine.clear()
        mine.update(kept)
    elif type(mine) is list:
        mine[:] = [_updated(a, b) for a, b in zip(mine, theirs, strict=False)] + theirs[len(mine) :]
    elif type(mine) is tuple:
        for each, changed in zip(mine, theirs, strict=False):
            update(each, changed)
    elif type(mine) is set:
        mine.clear()
        mine.update(theirs)
    elif _is_tensor(mine) and mine.shape == theirs.shape and mine.dtype == theirs.dtype:
        mine.detach().copy_(theirs.detach())


def _updated(mine: Any, theirs: Any) -> Any:
    """`mine`, changed in place where that can be; else `theirs`."""
    if type(mine) is type(theirs) and type(mine) in (dict, list, tuple, set):
        update(mine, theirs)
        return mine
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        update(mine, theirs)
        return mine if mine.shape == theirs.shape and mine.dtype == theirs.dtype else theirs
    return mine if _is_tensor(mine) else theirs
