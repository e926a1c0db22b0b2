"""Messages between the examiner and the candidate, over a socket.

A message is eight bytes of length, big-endian, and the encoding of one value (see `wire`).
"""

import socket
import struct
import time

from invigilator.protocol.wire import MessageLimits, WireError

_LENGTH = struct.Struct(">Q")
_SHORT = 1 << 16


class Disconnected(ConnectionError):
    """The other side has ended."""


class Channel:
    """Messages over a connected socket, whole or not at all."""

    def __init__(self, sock: socket.socket, limits: MessageLimits | None = None) -> None:
        self.socket, self.limits = sock, limits or MessageLimits()

    def fileno(self) -> int:
        return self.socket.fileno()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes, deadline: float | None = None) -> None:
        """Send an encoded value. Raises Disconnected, or TimeoutError when `deadline` passes."""
        head = _LENGTH.pack(len(data))
        try:
            self._wait(deadline)
            # What is short goes in one piece; what is long isn't copied for that.
            pieces = [head + data] if len(data) < _SHORT else [head, data]
            for piece in pieces:
                self.socket.sendall(piece)
        except TimeoutError:
            raise
        except OSError:
            raise Disconnected("the other side has ended") from None

    def receive(self, deadline: float | None = None) -> bytearray:
        """The bytes of the next message. Raises Disconnected, TimeoutError or WireError."""
        (length,) = _LENGTH.unpack(self._read(8, deadline))
        # The sender may be a student: what it announces is no reason to take memory.
        if length > self.limits.size:
            raise WireError(f"a message of {length} bytes was announced")
        return self._read(length, deadline)

    def _wait(self, deadline: float | None) -> None:
        """Let the next use of the socket end at `deadline`, a moment of `time.monotonic()`."""
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            raise TimeoutError
        self.socket.settimeout(remaining)

    def _read(self, length: int, deadline: float | None) -> bytearray:
        # Memory grows with what arrives, not with what was announced.
        data = bytearray()
        while len(data) < length:
            self._wait(deadline)
            try:
                part = self.socket.recv(min(length - len(data), 1 << 20))
            except TimeoutError:
                raise
            except OSError:
                part = b""
            if not part:
                raise Disconnected("the other side has ended")
            data += part
        return data
