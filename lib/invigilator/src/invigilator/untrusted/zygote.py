"""The warm process in the sandbox: it has imported what an assignment needs, and forks a child for
each submission.

It obeys the examiner over a socket that no child inherits. Between submissions it kills everything
that is left and empties every folder that could be written to. It is the first process of its
namespace, so no child can signal it, and closed to ptrace, so none can look into it.
"""

import contextlib
import ctypes
import os
import resource
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from invigilator.modules import preload
from invigilator.protocol.channel import Channel, Disconnected
from invigilator.protocol.messages import (
    Import,
    Interrupt,
    Ready,
    SandboxAnswer,
    SandboxOrder,
    Start,
    Stop,
    Stopped,
    decode_message,
    encode_message,
)
from invigilator.protocol.wire import MessageLimits
from invigilator.shell import Shell
from invigilator.untrusted import candidate, seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_GLANCE = 0.05  # seconds between two looks at the memory in use
_MESSAGE = 1 << 20


class Zygote:
    """The state of the warm process.

    `writable` are the folders that a student's code can write to, the first its working folder;
    `sandboxed` says that no process but ours is in reach.
    """

    def __init__(self, control: socket.socket, writable: list[Path], sandboxed: bool) -> None:
        self.control, self.writable, self.sandboxed = control, writable, sandboxed
        self.shell = Shell.ready()
        self.child: int | None = None
        self.ended: int | None = None  # a descriptor that is ready when the child has ended
        self.reason: str | None = None
        self.memory = 0
        self.own_memory = 0

    def serve(self) -> None:
        """Obey until the examiner is gone."""
        while True:
            waiting: list[Any] = [self.control]
            if self.ended is not None:
                waiting.append(self.ended)
            ready, _, _ = select.select(waiting, [], [], None if self.child is None else _GLANCE)
            if self.ended in ready:
                self.reap()
            if self.control in ready:
                data, descriptors, _, _ = socket.recv_fds(self.control, _MESSAGE, 1)
                if not data:
                    self.stop()
                    return
                answer = self.obey(decode_message(data, SandboxOrder), descriptors)
                if answer is not None:
                    self.control.send(encode_message(answer))
            # The kernel's limit is for one process: a child may start many.
            if self.child is not None and self.memory_used() > self.memory:
                self.reason = "it used more memory than it may"
                os.kill(self.child, signal.SIGKILL)

    def obey(self, order: SandboxOrder, descriptors: list[int]) -> SandboxAnswer | None:
        """Do what is said; the answer, if there is one."""
        match order:
            case Import(modules):
                preload(modules)
                return Ready()
            case Start():
                self.start(socket.socket(fileno=descriptors[0]), order)
            case Interrupt():
                if self.child is not None:
                    os.kill(self.child, signal.SIGINT)
            case Stop(ticket, grace):
                clean = self.stop(grace)
                return Stopped(ticket, clean, self.reason)
        return None

    def start(self, sock: socket.socket, order: Start) -> None:
        """Fork the child that serves at the other end of `sock`."""
        self.reason, self.memory = None, order.memory
        # What the child shares with this process isn't the submission's.
        self.own_memory = resident("self")
        self.child = os.fork()
        if self.child == 0:
            status = 1
            try:
                self.control.close()
                self.shell.record.limit = order.output
                confine(order, self.writable[0], self.sandboxed)
                limits = MessageLimits(size=order.message)
                candidate.run(Channel(sock, limits), self.shell)
            except Disconnected:
                status = 0
            finally:
                os._exit(status)
        sock.close()
        # A descriptor can be waited for together with the orders.
        self.ended = os.pidfd_open(self.child)

    def memory_used(self) -> int:
        """Bytes that the submission's processes have beyond what this one has."""
        pids = [each for each in os.listdir("/proc") if each.isdecimal()]
        others = {str(os.getpid())} if self.sandboxed else set(pids) - {str(self.child)}
        return sum(max(resident(each) - self.own_memory, 0) for each in set(pids) - others)

    def reap(self) -> None:
        """The child has ended: note the reason, and end everything that it started."""
        if self.ended is None or self.child is None:
            return
        os.close(self.ended)
        self.ended = None
        if not self.sandboxed:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child, signal.SIGKILL)
        _, status = os.waitpid(self.child, 0)
        self.child = None
        if self.reason is None and os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            cpu = number in (signal.SIGXCPU, signal.SIGKILL)
            name = signal.strsignal(number) or str(number)
            self.reason = "it was killed, or used all its processor time" if cpu else name.lower()
        elif self.reason is None:
            self.reason = f"it ended itself with exit status {os.waitstatus_to_exitcode(status)}"
        self.end_all()

    def end_all(self) -> None:
        """Kill every process but this one, orphans too, until there is none."""
        # Outside a sandbox -1 would be every process of the user's.
        while self.sandboxed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def stop(self, grace: float = 0.0) -> bool:
        """End the submission, if one runs, and empty what could be written to."""
        if self.ended is not None and select.select([self.ended], [], [], grace)[0]:
            self.reap()
        if self.child is not None:
            self.reason = self.reason or "it was stopped"
            os.kill(self.child, signal.SIGKILL)
            self.reap()
        self.end_all()
        return all(emptied(folder) for folder in self.writable)


def resident(pid: str) -> int:
    """Bytes of a process's own in memory; 0 when it has just ended."""
    try:
        _, pages, shared, *_ = Path("/proc", pid, "statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(pages) - int(shared)) * resource.getpagesize()


def emptied(folder: Path) -> bool:
    """Remove all there is in a folder; False when something resists."""
    for path in list(folder.iterdir()):
        try:
            if path.is_dir() and not path.is_symlink():
                # This process isn't root: a folder without rights would resist.
                for inner, _, _ in os.walk(path):
                    os.chmod(inner, 0o700)
                shutil.rmtree(path)
            else:
                path.unlink()
        except (OSError, RecursionError):
            return False
    return True


def confine(order: Start, folder: Path, sandboxed: bool) -> None:
    """Give this process, a child, what a submission may use and nothing more."""
    os.setpgid(0, 0)
    # This is how a call that takes too long is brought back.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    # Libraries reserve addresses by the gigabyte: the limit is for what comes on top.
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, own + order.memory),
        (resource.RLIMIT_CPU, order.cpu),
        (resource.RLIMIT_FSIZE, order.file),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CORE, 0),
        *([(resource.RLIMIT_NPROC, order.processes)] if sandboxed else []),
    ):
        resource.setrlimit(kind, (limit, limit))
    if sandboxed:
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        # For good: neither this process nor any that it starts can undo it.
        seccomp.restrict()


def main() -> None:
    """`zygote DESCRIPTOR SANDBOXED FOLDER…`: what sandbox.py starts."""
    descriptor, sandboxed, *folders = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sandboxed == "1":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    control = socket.socket(fileno=int(descriptor))
    # A student's process must not give orders.
    os.set_inheritable(int(descriptor), False)
    zygote = Zygote(control, [Path(folder) for folder in folders], sandboxed == "1")
    control.send(encode_message(Ready()))
    zygote.serve()


if __name__ == "__main__":
    main()
