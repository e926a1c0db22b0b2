"""Messages come out as they went in; one that is made up is refused by its kind or its fields."""

import builtins
import types
import typing
from dataclasses import dataclass, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invigilator.protocol import messages
from invigilator.protocol.messages import (
    Answer,
    Apply,
    CandidateMessage,
    ErrorDescription,
    Frame,
    FromCandidate,
    FunctionDescription,
    Graded,
    ObjectDescription,
    Order,
    Parameter,
    Raised,
    Ran,
    Ready,
    Report,
    Returned,
    SandboxAnswer,
    SandboxOrder,
    Stopped,
    ToCandidate,
    decode_message,
    encode_message,
    from_plain,
    to_plain,
)
from invigilator.protocol.wire import Special, WireError, encode

GROUPS = [Order, Report, SandboxOrder, SandboxAnswer, ToCandidate, CandidateMessage, FromCandidate]
KINDS = dict.fromkeys(kind for group in GROUPS for kind in typing.get_args(group) or [group])
PLAIN = st.none() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    Any: PLAIN,
    type(None): st.none(),
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False),  # it equals itself
    str: st.text(),
    bytes: st.binary(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    arguments = typing.get_args(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if is_dataclass(hint):
        return st.builds(hint, **{n: values(h) for n, h in typing.get_type_hints(hint).items()})
    match typing.get_origin(hint):
        case types.UnionType:
            return st.one_of(*map(values, arguments))
        case builtins.list:
            return st.lists(values(arguments[0]), max_size=3)
        case builtins.dict:
            return st.dictionaries(*map(values, arguments), max_size=3)
        case builtins.tuple if arguments[-1] is ...:
            return st.lists(values(arguments[0]), max_size=3).map(tuple)
    return st.tuples(*map(values, arguments))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_every_kind_comes_out_as_it_went_in(kind: Any, data: st.DataObject) -> None:
    message = data.draw(values(kind))
    assert decode_message(encode_message(message), kind) == message


def test_messages_in_messages_come_out_as_what_they_were() -> None:
    error = ErrorDescription("E", [("m", "E"), ("m", "F")], "text", [Frame("f", 1, "g", "line")])
    raised = Raised(error, [{"output_type": "stream"}], ((1,), {"x": [2]}))
    function = FunctionDescription("file", 3, None, {"g": 5})
    described = ObjectDescription(
        5, "function", "m", {"__name__": "f"}, [Parameter("x", 1, True, 2.5)], function, 7, {"h": 8}
    )
    assert decode_message(encode_message(raised), Answer) == raised
    sent = FromCandidate([described, described], to_plain(Ready()))
    assert decode_message(encode_message(sent), FromCandidate) == sent


@dataclass
class Point:
    """A class of a student's that happens to be a dataclass."""

    x: int


def test_a_dataclass_of_a_students_is_no_message() -> None:
    data = encode_message(Returned(Point(1), [], None), lambda value: Special("object", 7))
    unpacked = decode_message(data, Answer, lambda special: (special.kind, special.payload))
    assert unpacked == Returned(("object", 7), [], None)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "what came is not a message"),
        ((), "what came is not a message"),
        ([], "what came is not a message"),
        (("Ran", [], True, 1, 2), "a message of kind Ran has 4 fields"),
        (("Ran", [], True), "a message of kind Ran has 2 fields"),
        ((3, [], True, 1), "what came is not a message"),
        (("ran", [], True, 1), "a message of kind 'ran' was not expected"),
        (("Run", "1 + 1"), "a message of kind 'Run' was not expected"),
        (("os.system", "true"), "a message of kind 'os.system' was not expected"),
        (("Ran", (), True, 1), "a message holds tuple in place of list"),
        (("Ran", [], 1, 1), "a message holds int in place of bool"),
        (("Ran", [], True, True), "a message holds bool in place of NoneType or int"),
        (("Ran", [], True, 1.0), "a message holds float in place of NoneType or int"),
        (("Callback", 0, [], {}), "a message holds list in place of tuple"),
        (("Callback", 0, (), {1: 2}), "a message holds int in place of str"),
        (("Returned", 1, [], (1,)), "a message holds 1 values in place of 2"),
        (("Raised", None, [], None), "what came is not a message"),
        (("Raised", ("Ready",), [], None), "a message of kind 'Ready' was not expected"),
        (("Imported", ["os", 3]), "a message holds int in place of str"),
        (("Values", [("a", 1)]), "a message holds list in place of dict"),
    ],
)
def test_what_is_made_up_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(WireError, match=f"^{words}$"):
        from_plain(value, CandidateMessage)
    with pytest.raises(WireError, match=f"^{words}$"):
        decode_message(encode(value), CandidateMessage)


@given(st.recursive(PLAIN | st.sampled_from(["Ran", "Returned", "Callback"]), lambda inner: (
    st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner)
)))  # fmt: skip
def test_any_value_is_a_message_or_refused(value: Any) -> None:
    try:
        message = from_plain(value, CandidateMessage)
    except WireError:
        return
    assert to_plain(message) == value


def test_a_subclass_is_not_taken_for_plain_data() -> None:
    class Number(int):
        pass

    with pytest.raises(WireError, match="holds Number in place of"):
        from_plain(("Ran", [], True, Number(1)), CandidateMessage)


def test_every_kind_can_be_sent_by_somebody() -> None:
    nested = {Parameter, Frame, ErrorDescription, FunctionDescription, ObjectDescription}
    nested.add(messages.NotebookSubmission)
    defined = {kind for kind in vars(messages).values() if is_dataclass(kind)}
    assert {kind for kind in defined if kind.__module__ == messages.__name__} == {*KINDS, *nested}


def test_a_message_is_as_long_as_what_it_holds() -> None:
    """The field's names don't cross: there are thousands of these in a submission."""
    plain = to_plain(Apply("call", 1, (2,), {}))
    assert plain == ("Apply", "call", 1, (2,), {})
    assert to_plain(Stopped(1, True, None)) == ("Stopped", 1, True, None)
    assert to_plain(Ran([], False, None)) == ("Ran", [], False, None)
    assert to_plain(Graded("", {"a": None}, {}, [], 0, 0.5))[0] == "Graded"
