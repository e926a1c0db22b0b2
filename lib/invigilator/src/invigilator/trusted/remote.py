"""The examiner's side of a candidate: the student's functions and objects, from outside.

What comes from the sandbox is data that a student may have made up. It becomes plain values,
proxies that ask again, or exceptions; never code, and never text read from a file that it names.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from invigilator.protocol.channel import Channel, Disconnected
from invigilator.protocol.messages import (
    Answer,
    Apply,
    Callback,
    CallbackRaised,
    CallbackReturned,
    CandidateMessage,
    Files,
    FromCandidate,
    Imported,
    Modules,
    Names,
    Question,
    Raised,
    Ran,
    Ready,
    Returned,
    Run,
    Values,
    decode_message,
    encode_message,
    from_plain,
)
from invigilator.protocol.wire import WireError, update_in_place
from invigilator.shell import Record, clean
from invigilator.trusted.errors import Sources, TooSlow, Unanswered
from invigilator.trusted.objects import ObjectTable
from invigilator.untrusted.sandbox import Sandbox

_GRACE = 1.5  # seconds in which an interrupted call may still answer
_MAX_DEPTH = 50  # of callbacks within callbacks

_Expected = TypeVar("_Expected", bound=Answer)


class RemoteCandidate:
    """One submission in the sandbox: asks its process, and starts it anew when it has ended.

    `folders` are those whose files may be named in an error's frames. `record` says where
    what the student's code puts out during a call goes.
    """

    def __init__(
        self, sandbox: Sandbox, folders: Iterable[Path], record: Callable[[], Record], call: float
    ) -> None:
        self.sandbox, self.record, self.call_seconds = sandbox, record, call
        self.channel: Channel | None = None
        self.starts = 0
        self.depth = 0
        self.sources = Sources(folders)
        self.objects = ObjectTable(self.apply, self.sources)

    @property
    def restarts(self) -> int:
        """How often the process has been started again."""
        return max(self.starts - 1, 0)

    def start(self) -> None:
        """Start a process, which has run nothing yet."""
        self.channel = self.sandbox.start()
        self.starts, self.depth = self.starts + 1, 0

    def end(self, disconnected: bool = False) -> str:
        """End the process: why it ended, as far as that is known.

        `disconnected` says that it has left the wire; then it is about to end by itself.
        """
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        self.objects.forget()
        return self.sandbox.stop(_GRACE if disconnected else 0.0) or "it ended"

    def ask(self, question: Question, seconds: float) -> Answer:
        """What the process answers. Raises TooSlow or Unanswered; after that it may have ended."""
        if self.channel is None:
            raise Unanswered("the process with the notebook's functions has ended")
        deadline = time.monotonic() + seconds
        try:
            data = encode_message(question, self.objects.pack, self.channel.limits)
            self.channel.send(data, deadline)
            return self._next_answer(deadline)
        except _CallbackFailed as failed:
            self.end()
            raise failed.error from None
        except TimeoutError:
            self._interrupt()
            raise TooSlow(f"no answer within {seconds:g} seconds") from None
        except Disconnected:
            raise Unanswered(f"the process stopped: {self.end(disconnected=True)}") from None
        except WireError as error:
            self.end()
            raise Unanswered(f"the answer can't be read: {error}") from None
        except BaseException:  # the examiner's time is up
            self.end()
            raise

    def write(self, files: dict[str, bytes], seconds: float) -> None:
        """Write files into the working folder."""
        self._expect(Ready, self.ask(Files(files), seconds))

    def run(self, source: str, seconds: float) -> Ran:
        """Run a cell: its outputs are valid ones of a notebook."""
        match self.ask(Run(source), seconds):
            case Ran(outputs, success, count):
                return Ran(clean(outputs), success, count)
            case Raised():  # what it put out is too large to cross
                return Ran([], False, None)
            case answer:
                raise self._unexpected(answer)

    def values(self, names: list[str]) -> dict[str, Any]:
        """The values of those names that the notebook has bound."""
        match self.ask(Names(names), self.call_seconds):
            case Values(values) if values.keys() <= set(names):
                return values
        raise Unanswered("the names that the notebook binds can't be read")

    def modules(self) -> list[str]:
        """The names of the modules that the process has imported."""
        return self._expect(Imported, self.ask(Modules(), self.call_seconds)).modules

    def apply(self, operation: str, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something with an object of the student's; raises what that raises."""
        answer = self.ask(Apply(operation, target, args, kwargs), self.call_seconds)
        if not isinstance(answer, Returned | Raised):
            raise self._unexpected(answer)
        self._record(answer.outputs)
        if answer.changed is not None:
            update_in_place((args, kwargs), answer.changed)
        match answer:
            case Raised(error):
                raise self.sources.exception(error)
            case Returned(value):
                return value

    def _record(self, outputs: list[Any]) -> None:
        """Add what a call put out to the outputs of the test that made it."""
        record = self.record()
        for output in clean(outputs):
            if output["output_type"] == "stream":
                # On stderr it would cost points; a warning is none of a test's business.
                record.stream("stdout", output["text"])
            elif output["output_type"] == "display_data":
                record.display(output["data"], output["metadata"])

    def _expect(self, kind: type[_Expected], answer: Answer) -> _Expected:
        if not isinstance(answer, kind):
            raise self._unexpected(answer)
        return answer

    def _unexpected(self, answer: Answer) -> Unanswered:
        return Unanswered(f"the answer can't be read: {type(answer).__name__} was not asked for")

    def _next_answer(self, deadline: float) -> Answer:
        """The next answer; what is asked meanwhile is answered."""
        while True:
            match self._receive(deadline):
                case Callback() as callback:
                    data = self._called_back(callback)
                    if self.channel is None:  # what the function asked has ended it
                        raise Unanswered("the process with the notebook's functions has ended")
                    self.channel.send(data, deadline)
                case answer:
                    return answer

    def _receive(self, deadline: float) -> CandidateMessage:
        """The next message, with proxies in place of what it refers to."""
        assert self.channel is not None
        data = self.channel.receive(deadline)
        sent: FromCandidate = decode_message(
            data, FromCandidate, self.objects.unpack, self.channel.limits
        )
        self.objects.add(sent.objects)
        message: CandidateMessage = from_plain(self.objects.resolve(sent.message), CandidateMessage)
        return message

    def _called_back(self, callback: Callback) -> bytes:
        """Call a function that a test passed, for the student's side."""
        self.depth += 1
        try:
            number, passed = callback.number, self.objects.passed
            if not 0 <= number < len(passed) or self.depth > _MAX_DEPTH:
                raise WireError("a call of a function that nobody passed")
            value = passed[number](*callback.args, **callback.kwargs)
            answer: CallbackReturned | CallbackRaised = CallbackReturned(value)
        except WireError:
            raise
        except (TooSlow, Unanswered) as error:
            raise _CallbackFailed(error) from None
        except Exception as error:  # the student's side learns its kind and words, no more
            answer = CallbackRaised(type(error).__name__, str(error))
        finally:
            self.depth -= 1
        return encode_message(answer, self.objects.pack)

    def _interrupt(self) -> None:
        """Bring back a process that takes too long, or end it."""
        assert self.channel is not None
        self.sandbox.interrupt()
        try:
            if not isinstance(self._receive(time.monotonic() + _GRACE), Callback):
                return
        except (TimeoutError, Disconnected, WireError):
            pass
        self.end()


class _CallbackFailed(Exception):
    """A function that a test passed needed an answer and got none, so its caller gets none."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
