"""The warm process in the sandbox: it has imported what an assignment needs, and forks a child for
each submission.

It obeys the examiner over a socket that no child inherits. Between submissions it kills everything
that is left and empties every folder that could be written to. It is the first process of its
namespace, so no child can signal it, and closed to ptrace, so none can look into it.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import resource
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from invigilator.protocol.channel import Channel, Gone
from invigilator.protocol.wire import Limits, decode, encode
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
        self.why: str | None = None
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
                self.bury()
            if self.control in ready:
                data, descriptors, _, _ = socket.recv_fds(self.control, _MESSAGE, 1)
                if not data:
                    self.stop()
                    return
                answer = self.obey(decode(data), descriptors)
                if answer is not None:
                    self.control.send(encode(answer))
            if self.child is not None and self.memory_used() > self.memory:
                self.why = "it used more memory than it may"
                os.kill(self.child, signal.SIGKILL)

    def obey(self, order: dict[str, Any], descriptors: list[int]) -> dict[str, Any] | None:
        match order.pop("do"):
            case "import":
                return {"failed": load(**order)}
            case "start":
                self.start(socket.socket(fileno=descriptors[0]), **order)
            case "interrupt":
                if self.child is not None:
                    os.kill(self.child, signal.SIGINT)
            case "stop":
                return {"clean": self.stop(order.pop("grace")), "why": self.why, **order}
        return None

    def start(self, sock: socket.socket, limits: dict[str, int], output: int) -> None:
        """Fork the child that serves at the other end of `sock`."""
        self.why, self.memory = None, limits["memory"]
        self.own_memory = resident("self")
        self.child = os.fork()
        if self.child == 0:
            status = 1
            try:
                self.control.close()
                self.shell.record.limit = output
                confine(limits, self.writable[0], self.sandboxed)
                candidate.run(Channel(sock, Limits(size=limits["message"])), self.shell)
            except Gone:
                status = 0
            finally:
                os._exit(status)
        sock.close()
        self.ended = os.pidfd_open(self.child)

    def memory_used(self) -> int:
        """Bytes that the submission's processes have beyond what this one has."""
        pids = [each for each in os.listdir("/proc") if each.isdecimal()]
        mine = {str(os.getpid())} if self.sandboxed else set(pids) - {str(self.child)}
        return sum(max(resident(each) - self.own_memory, 0) for each in set(pids) - mine)

    def bury(self) -> None:
        """The child has ended: note why, and end everything that it started."""
        if self.ended is None or self.child is None:
            return
        os.close(self.ended)
        self.ended = None
        if not self.sandboxed:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child, signal.SIGKILL)
        _, status = os.waitpid(self.child, 0)
        self.child = None
        if self.why is None and os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            cpu = number in (signal.SIGXCPU, signal.SIGKILL)
            name = signal.strsignal(number) or str(number)
            self.why = "it was killed, or used all its processor time" if cpu else name.lower()
        elif self.why is None:
            self.why = f"it ended itself with exit status {os.waitstatus_to_exitcode(status)}"
        self.end_all()

    def end_all(self) -> None:
        """Kill every process but this one, orphans too, until there is none."""
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
            self.bury()
        if self.child is not None:
            self.why = self.why or "it was stopped"
            os.kill(self.child, signal.SIGKILL)
            self.bury()
        self.end_all()
        return all(emptied(folder) for folder in self.writable)


def load(modules: list[str]) -> list[str]:
    """Import what is there, for the children to find it; returns what isn't."""
    failed = []
    for name in modules:
        try:
            importlib.import_module(name)
        except BaseException:  # a module may do anything when it is imported
            failed.append(name)
    gc.collect()
    gc.freeze()
    return failed


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
                for inner, _, _ in os.walk(path):
                    os.chmod(inner, 0o700)
                shutil.rmtree(path)
            else:
                path.unlink()
        except (OSError, RecursionError):
            return False
    return True


def confine(limits: dict[str, int], folder: Path, sandboxed: bool) -> None:
    """Give this process, a child, what a submission may use and nothing more."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, own + limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CORE, 0),
        *([(resource.RLIMIT_NPROC, limits["processes"])] if sandboxed else []),
    ):
        resource.setrlimit(kind, (limit, limit))
    if sandboxed:
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        seccomp.restrict()


def main() -> None:
    """`zygote DESCRIPTOR SANDBOXED FOLDER…`: what sandbox.py starts."""
    descriptor, sandboxed, *folders = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sandboxed == "1":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    control = socket.socket(fileno=int(descriptor))
    os.set_inheritable(int(descriptor), False)
    zygote = Zygote(control, [Path(folder) for folder in folders], sandboxed == "1")
    control.send(encode({"ready": True}))
    zygote.serve()


if __name__ == "__main__":
    main()
