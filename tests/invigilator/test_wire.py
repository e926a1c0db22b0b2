"""What crosses the wire comes out as it went in; what isn't a message is refused."""

import contextlib
import datetime
import math
import socket
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from invigilator.protocol.channel import Channel, Disconnected
from invigilator.protocol.wire import (
    MessageLimits,
    Special,
    WireError,
    decode,
    encode,
    update_in_place,
)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.just(...)
    | st.builds(slice, st.integers(), st.none(), st.integers())
    | st.builds(range, st.integers(-99, 99), st.integers(-99, 99)),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.integers() | st.text())
        | st.sets(st.integers() | st.text())
    ),
    max_leaves=20,
)
DTYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?")
    | hnp.complex_number_dtypes()
    | hnp.unicode_string_dtypes()
    | hnp.byte_string_dtypes()
    | hnp.datetime64_dtypes()
)


def typed(value: Any) -> Any:
    """A value with its types: 1 is not True, and -0.0 not 0."""
    match value:
        case list() | tuple():
            return type(value), [typed(each) for each in value]
        case dict():
            return dict, [(typed(key), typed(each)) for key, each in value.items()]
        case set() | frozenset():
            return type(value), sorted(map(repr, value))
    return type(value), repr(value)


@given(PLAIN)
def test_plain_data_comes_out_as_it_went_in(value: Any) -> None:
    assert typed(decode(encode(value))) == typed(value)


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
def test_arrays_come_out_as_they_went_in(array: np.ndarray[Any, Any]) -> None:
    for value in (array, array.T, array[..., ::-1] if array.ndim else array):
        back = decode(encode(value))
        assert type(back) is np.ndarray
        assert (back.dtype, back.shape) == (value.dtype, value.shape)
        assert back.tobytes() == value.tobytes()
        assert back.flags.f_contiguous or not value.flags.f_contiguous


def test_what_an_array_is_crosses_with_it() -> None:
    fixed = np.arange(6.0).reshape(2, 3)
    fixed.flags.writeable = False
    assert not decode(encode(fixed)).flags.writeable
    assert decode(encode(fixed.copy())).flags.writeable
    assert decode(encode(np.asfortranarray(fixed))).flags.f_contiguous
    assert type(decode(encode(np.float32(1.5)))) is np.float32
    assert decode(encode(np.dtype("<f4"))) == np.float32


def test_a_subclass_crosses_as_what_it_is_a_kind_of() -> None:
    class Lying(np.ndarray):
        def __eq__(self, other: object) -> Any:
            return np.ones(self.shape, bool)

    class Five(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    back = decode(encode((np.zeros(3).view(Lying), Five(5))))
    assert type(back[0]) is np.ndarray
    assert not (back[0] == 1).any()
    assert (type(back[1]), back[1]) == (int, 5)


def test_what_is_not_plain_needs_a_form() -> None:
    for value in (object(), len, np.array([object()]), np.zeros(2, "i4,f4"), datetime.date.today()):
        with pytest.raises(WireError, match="is not plain data"):
            encode(value)
    data = encode([len], lambda value: Special("object", value.__name__))
    assert decode(data, lambda special: (special.kind, special.payload)) == [("object", "len")]
    with pytest.raises(WireError, match="more than plain data"):
        decode(data)


def test_a_lying_boolean_is_true_or_false() -> None:
    data = bytearray(encode(np.array([True, False])))
    data[-2:] = b"\x02\x00"
    assert decode(data).tolist() == [True, False]
    assert decode(data).view(np.uint8).tolist() == [1, 0]


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except WireError:
        return
    assert decode(encode(value)) is not NotImplemented


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_message_is_a_value_or_refused(data: st.DataObject) -> None:
    whole = bytearray(encode({"x": [np.arange(5), "text", (1.5, None)], "u": np.array(["a", "b"])}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(whole[: data.draw(st.integers(0, len(whole)))])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "breaks off"),
        (b"?", "unknown tag"),
        (b"NN", "more bytes than its value"),
        (b"[" + b"\xff" * 8, "parts"),
        (b"s" + (1 << 40).to_bytes(8, "big"), "breaks off"),
        (b"[\0\0\0\0\0\0\0\1" * 100 + b"N", "too deep"),
        (b"<\0\0\0\0\0\0\0\1[" + bytes(8), "malformed"),
        (b"r\0\0\0\0\0\0\0\1N", "malformed"),
        (b"a\0\0\0\0\0\0\0\3|O8", "dtype"),
        (b"a\0\0\0\0\0\0\0\3<f8\0\1" + b"\xff" * 8 + bytes(8), "don't fit"),
        (b"a\0\0\0\0\0\0\0\3|S0\0\1" + b"\x7f" * 8 + bytes(8), "don't fit"),
    ],
)
def test_a_malformed_message_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        decode(data)


def test_limits_hold_for_both_sides() -> None:
    small = MessageLimits(size=1000, items=10, depth=3)
    for value, words in [
        (b"x" * 2000, "larger than 1000"),
        (np.zeros(1000), "larger than 1000"),
        ([None] * 20, "more than 10 parts"),
        ([[[[[]]]]], "deeper than 3"),
    ]:
        with pytest.raises(WireError, match=words):
            encode(value, limits=small)
        with pytest.raises(WireError, match=r"larger|parts|deep"):
            decode(encode(value), limits=small)


def test_update_changes_what_the_examiner_holds_in_place() -> None:
    array, inner = np.zeros(3), [1, 2]
    held = (array, {"inner": inner, "s": {1}}, "text")
    update_in_place(held, (np.arange(3.0), {"inner": [5, 6, 7], "s": {2, 3}}, "other"))
    assert array.tolist() == [0, 1, 2]
    assert inner == [5, 6, 7]
    assert held[1] == {"inner": inner, "s": {2, 3}}
    update_in_place(held, (np.zeros((9, 9)), 3))
    assert array.tolist() == [0, 1, 2]
    update_in_place(held, (np.array([[4.0], [5.0], [6.0]]),))
    assert array.tolist() == [[4], [5], [6]]
    update_in_place(held, (np.arange(3.0),))
    array.flags.writeable = False
    update_in_place(held, (np.ones(3),))
    assert array.tolist() == [0, 1, 2]


def test_a_channel_notices_the_end_the_clock_and_a_giant() -> None:
    parent, child = socket.socketpair()
    channel = Channel(parent, MessageLimits(size=1000))
    with parent:
        Channel(child).send(encode("hello"))
        assert decode(channel.receive()) == "hello"
        with pytest.raises(TimeoutError):
            channel.receive(time.monotonic() + 0.01)
        child.sendall((1 << 50).to_bytes(8, "big"))
        with pytest.raises(WireError, match="was announced"):
            channel.receive()
        child.sendall(b"\0\0")
        child.close()
        with pytest.raises(Disconnected):
            channel.receive()
        with pytest.raises(Disconnected):
            channel.send(encode(math.pi))
