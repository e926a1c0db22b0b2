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
class MessageLimits:
    """How large a message may be: bytes in all, values in all, depth of nesting."""

    size: int = 1 << 28
    items: int = 1 << 21
    depth: int = 64


@dataclass(frozen=True)
class Special:
    """Something that isn't plain data, as plain data: its kind, and what describes it."""

    kind: str
    payload: Any


# Dtypes whose bytes are plain values. Objects would be addresses in memory; records are left out,
# as their parts may be objects.
_DTYPE = re.compile(
    r"[<>|](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,6}|[mM]8(\[\d{0,6}[a-zA-Z]{1,2}\])?)"
)
_MAX_DIMENSIONS = 32
_LENGTH = struct.Struct(">Q")
_FLOAT, _COMPLEX = struct.Struct(">d"), struct.Struct(">dd")


def encode(
    value: Any, special: Callable[[Any], Special] | None = None, limits: MessageLimits | None = None
) -> bytes:
    """The bytes of a value. What isn't plain goes through `special`; without it, that is an error.

    >>> decode(encode({"x": (1, None, np.arange(3.0))}))
    {'x': (1, None, array([0., 1., 2.]))}
    """
    return b"".join(_Encoder(special, limits or MessageLimits()).parts_of(value))


def decode(
    data: bytes | bytearray | memoryview,
    special: Callable[[Special], Any] | None = None,
    limits: MessageLimits | None = None,
) -> Any:
    """The value of some bytes; `special` makes what isn't plain. Raises WireError, nothing else."""
    decoder = _Decoder(memoryview(data), special, limits or MessageLimits())
    try:
        value = decoder.read(0)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise WireError(f"a malformed message: {error}") from None
    if decoder.place != len(decoder.data):
        raise WireError("a message has more bytes than its value")
    return value


class _Encoder:
    def __init__(self, special: Callable[[Any], Special] | None, limits: MessageLimits) -> None:
        self.special, self.limits, self.items, self.size = special, limits, 0, 0
        self.parts: list[bytes] = []

    def parts_of(self, value: Any) -> list[bytes]:
        self.write(value, 0)
        return self.parts

    def put(self, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)
        if self.size > self.limits.size:
            raise WireError(f"a value is larger than {self.limits.size} bytes")

    def write_sized(self, tag: bytes, data: bytes) -> None:
        self.put(tag + _LENGTH.pack(len(data)) + data)

    def write(self, value: Any, depth: int) -> None:
        self.items += 1
        if self.items > self.limits.items:
            raise WireError(f"a value has more than {self.limits.items} parts")
        if depth > self.limits.depth:
            raise WireError(f"a value is nested deeper than {self.limits.depth}")
        writer = _WRITERS.get(type(value))
        if writer is None:
            # A subclass crosses as what it is a kind of, without what it adds.
            kinds = (kind for kind in _WRITERS if isinstance(value, kind))
            writer = _WRITERS.get(next(kinds, object), _Encoder.write_other)
        writer(self, value, depth)

    def write_none(self, value: None, depth: int) -> None:
        self.put(b"N")

    def write_ellipsis(self, value: Any, depth: int) -> None:
        self.put(b".")

    def write_bool(self, value: bool, depth: int) -> None:
        self.put(b"T" if value else b"F")

    def write_int(self, value: int, depth: int) -> None:
        number = int(value)
        self.write_sized(b"i", number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))

    def write_float(self, value: float, depth: int) -> None:
        self.put(b"d" + _FLOAT.pack(value))

    def write_complex(self, value: complex, depth: int) -> None:
        self.put(b"c" + _COMPLEX.pack(value.real, value.imag))

    def write_str(self, value: str, depth: int) -> None:
        self.write_sized(b"s", str.encode(value, "utf-8", "surrogatepass"))

    def write_bytes(self, value: bytes, depth: int) -> None:
        self.write_sized(b"b", bytes(value))

    def write_dict(self, value: dict[Any, Any], depth: int) -> None:
        self.put(b"{" + _LENGTH.pack(dict.__len__(value)))
        for key, each in dict.items(value):
            self.write(key, depth + 1)
            self.write(each, depth + 1)

    def write_tuple(self, value: tuple[Any, ...], depth: int) -> None:
        self.write_sequence(b"(", [*tuple.__iter__(value)], depth)

    def write_list(self, value: list[Any], depth: int) -> None:
        self.write_sequence(b"[", [*list.__iter__(value)], depth)

    def write_set(self, value: set[Any], depth: int) -> None:
        self.write_sequence(b"<", [*set.__iter__(value)], depth)

    def write_frozenset(self, value: frozenset[Any], depth: int) -> None:
        self.write_sequence(b">", [*frozenset.__iter__(value)], depth)

    def write_slice(self, value: slice, depth: int) -> None:
        self.write_sequence(b":", [value.start, value.stop, value.step], depth)

    def write_range(self, value: range, depth: int) -> None:
        self.write_sequence(b"r", [value.start, value.stop, value.step], depth)

    def write_sequence(self, tag: bytes, values: list[Any], depth: int) -> None:
        self.put(tag + _LENGTH.pack(len(values)))
        for each in values:
            self.write(each, depth + 1)

    # What a test compares must be what the function gave: order in memory and whether it can be
    # written to cross too.
    def write_array(self, value: Any, depth: int, tag: bytes = b"a") -> None:
        value = np.asarray(value)
        if not _DTYPE.fullmatch(value.dtype.str) or not value.dtype.itemsize:
            self.write_other(value, depth)
            return
        # Asked before the copy: a broadcast array may announce more than there is memory.
        if value.nbytes + self.size > self.limits.size:
            raise WireError(f"a value is larger than {self.limits.size} bytes")
        fortran = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        flags = 1 * fortran + 2 * value.flags.writeable
        self.write_sized(tag, value.dtype.str.encode())
        self.put(struct.pack(f">BB{value.ndim}QQ", flags, value.ndim, *value.shape, value.nbytes))
        self.put(value.tobytes("F" if fortran else "C"))

    def write_scalar(self, value: np.generic, depth: int) -> None:
        if _DTYPE.fullmatch(value.dtype.str) and value.dtype.itemsize:
            self.write_array(value, depth, b"g")
        else:
            self.write_other(value, depth)

    def write_dtype(self, value: np.dtype[Any], depth: int) -> None:
        if _DTYPE.fullmatch(value.str):
            self.write_sized(b"t", value.str.encode())
        else:
            self.write_other(value, depth)

    def write_special(self, value: Special, depth: int) -> None:
        self.put(b"o")
        self.write(value.kind, depth + 1)
        self.write(value.payload, depth + 1)

    def write_other(self, value: Any, depth: int) -> None:
        if _is_tensor(value):
            self.put(b"e" + (b"\1" if value.requires_grad else b"\0"))
            self.write_array(value.detach().numpy(), depth)
        elif self.special is None:
            raise WireError(f"{type(value).__name__} is not plain data")
        else:
            self.write(self.special(value), depth + 1)


# In this order for subclasses: a bool is an int, and float64 is a float.
_WRITERS: dict[type, Callable[[_Encoder, Any, int], None]] = {
    bool: _Encoder.write_bool,
    np.generic: _Encoder.write_scalar,
    np.ndarray: _Encoder.write_array,
    int: _Encoder.write_int,
    float: _Encoder.write_float,
    complex: _Encoder.write_complex,
    str: _Encoder.write_str,
    bytes: _Encoder.write_bytes,
    bytearray: _Encoder.write_bytes,
    dict: _Encoder.write_dict,
    tuple: _Encoder.write_tuple,
    list: _Encoder.write_list,
    set: _Encoder.write_set,
    frozenset: _Encoder.write_frozenset,
    slice: _Encoder.write_slice,
    range: _Encoder.write_range,
    np.dtype: _Encoder.write_dtype,
    Special: _Encoder.write_special,
    type(None): _Encoder.write_none,
    type(...): _Encoder.write_ellipsis,
}


class _Decoder:
    def __init__(
        self, data: memoryview, special: Callable[[Special], Any] | None, limits: MessageLimits
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

    def read_sized(self) -> bytes:
        return bytes(self.take(self.unpack(_LENGTH)[0]))

    def read_sequence(self, count: int, depth: int) -> list[Any]:
        # Before any memory is taken for them.
        if count > self.limits.items - self.items:
            raise WireError(f"a message has more than {self.limits.items} parts")
        return [self.read(depth + 1) for _ in range(count)]

    def read_parts(self, depth: int) -> list[Any]:
        return self.read_sequence(self.unpack(_LENGTH)[0], depth)

    def read(self, depth: int) -> Any:
        self.items += 1
        if self.items > self.limits.items or depth > self.limits.depth:
            raise WireError("a message has too many parts, or nests too deep")
        tag = self.take(1)[0]
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"a message holds an unknown tag {tag}")
        return read(self, depth)

    def read_int(self, depth: int) -> int:
        return int.from_bytes(self.read_sized(), "big", signed=True)

    def read_str(self, depth: int) -> str:
        return self.read_sized().decode("utf-8", "surrogatepass")

    def read_dict(self, depth: int) -> dict[Any, Any]:
        entries = self.read_sequence(2 * self.unpack(_LENGTH)[0], depth)
        return dict(zip(entries[::2], entries[1::2], strict=True))

    def read_special(self, depth: int) -> Any:
        kind, payload = self.read(depth + 1), self.read(depth + 1)
        if self.special is None or type(kind) is not str:
            raise WireError("a message holds more than plain data")
        return self.special(Special(kind, payload))

    def read_dtype(self) -> np.dtype[Any]:
        # NumPy would parse any text, and dtypes of objects are among those.
        text = self.read_sized()[:32].decode("ascii")
        if not _DTYPE.fullmatch(text):
            raise WireError(f"a message holds an array of dtype {text!r}")
        return np.dtype(text)

    def read_array(self) -> np.ndarray[Any, Any]:
        dtype = self.read_dtype()
        flags, dimensions = self.take(2)
        if dimensions > _MAX_DIMENSIONS:
            raise WireError(f"a message holds an array of {dimensions} axes")
        *shape, size = self.unpack(struct.Struct(f">{dimensions + 1}Q"))
        data = self.take(size)
        # In Python's integers, which don't overflow.
        if not dtype.itemsize or size != math.prod(shape) * dtype.itemsize:
            raise WireError("an array's bytes don't fit its shape")
        flat = np.frombuffer(data, dtype)
        if dtype.kind == "b":  # any other byte would be neither True nor False
            flat = np.frombuffer(data, np.uint8) != 0
        elif dtype.kind == "U" and size:
            # NumPy takes any number for one, and fails later, where nobody expects it.
            code_points = np.frombuffer(data, np.dtype(dtype.byteorder + "u4"))
            if code_points.max() > sys.maxunicode:
                raise WireError("an array holds characters that there are not")
        # A copy: else a small array would keep the whole message in memory.
        array = flat.reshape(shape, order="F" if flags & 1 else "C").copy(order="K")
        array.flags.writeable = bool(flags & 2)
        return array

    def read_tensor(self) -> Any:
        wants_gradient, tag = self.take(2)
        if tag != ord("a"):
            raise WireError("a tensor must be an array")
        array = self.read_array()
        # PyTorch warns of memory that can't be written to.
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
    ord("i"): _Decoder.read_int,
    ord("d"): lambda decoder, depth: decoder.unpack(_FLOAT)[0],
    ord("c"): lambda decoder, depth: complex(*decoder.unpack(_COMPLEX)),
    ord("s"): _Decoder.read_str,
    ord("b"): lambda decoder, depth: decoder.read_sized(),
    ord("("): lambda decoder, depth: tuple(decoder.read_parts(depth)),
    ord("["): lambda decoder, depth: decoder.read_parts(depth),
    ord("<"): lambda decoder, depth: set(decoder.read_parts(depth)),
    ord(">"): lambda decoder, depth: frozenset(decoder.read_parts(depth)),
    ord("{"): _Decoder.read_dict,
    ord(":"): lambda decoder, depth: slice(*decoder.read_parts(depth)),
    ord("r"): lambda decoder, depth: range(*decoder.read_parts(depth)),
    ord("a"): lambda decoder, depth: decoder.read_array(),
    ord("g"): lambda decoder, depth: decoder.read_array()[()],
    ord("t"): lambda decoder, depth: decoder.read_dtype(),
    ord("e"): lambda decoder, depth: decoder.read_tensor(),
    ord("o"): _Decoder.read_special,
}


def _is_tensor(value: Any) -> bool:
    # Not imported for this: it takes seconds, and a tensor can't be where it isn't loaded.
    if (torch := sys.modules.get("torch")) is None:
        return False
    if type(value) not in (torch.Tensor, torch.nn.Parameter):
        return False
    return value.device.type == "cpu" and value.layout is torch.strided


def update_in_place(target: Any, source: Any) -> None:
    """Change the containers and arrays in `target` in place, so that they equal `source`.

    What doesn't correspond stays as it is: the other side only reports what a function did to its
    own copies.

    >>> values = [1, {"x": 2}]
    >>> update_in_place(values, [1, {"x": 3}, 4])
    >>> values
    [1, {'x': 3}, 4]
    """
    if type(target) is not type(source):
        return
    if isinstance(target, np.ndarray):
        if target.dtype == source.dtype and target.flags.writeable:
            _take_shape(target, source.shape)
        same = target.shape == source.shape and target.dtype == source.dtype
        if same and target.flags.writeable:
            target[...] = source
    elif type(target) is dict:
        # In the same order the values stay the caller's own objects; else new ones do.
        if list(target) == list(source):
            items = {key: _updated(target[key], source[key]) for key in target}
        else:
            items = source
        target.clear()
        target.update(items)
    elif type(target) is list:
        common = [_updated(a, b) for a, b in zip(target, source, strict=False)]
        target[:] = common + source[len(target) :]
    elif type(target) is tuple:
        for each, changed in zip(target, source, strict=False):
            update_in_place(each, changed)
    elif type(target) is set:
        target.clear()
        target.update(source)
    elif _is_tensor(target) and target.shape == source.shape and target.dtype == source.dtype:
        target.detach().copy_(source.detach())


def _take_shape(target: np.ndarray[Any, Any], shape: tuple[int, ...]) -> None:
    """Give an array another shape in place, as a function may; not another size."""
    if target.shape != shape and target.size == math.prod(shape) and target.base is None:
        target.resize(shape, refcheck=False)


def _updated(target: Any, source: Any) -> Any:
    """`target`, changed in place where that can be; else `source`."""
    if type(target) is type(source) and type(target) in (dict, list, tuple, set):
        update_in_place(target, source)
        return target
    if isinstance(target, np.ndarray) and isinstance(source, np.ndarray):
        update_in_place(target, source)
        return target if target.shape == source.shape and target.dtype == source.dtype else source
    return target if _is_tensor(target) else source
