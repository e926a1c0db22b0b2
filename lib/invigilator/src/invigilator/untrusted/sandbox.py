"""A sandbox: where students' code runs, one submission at a time.

bubblewrap builds it: no network, no process but its own, no file but the interpreter, the libraries
and a few folders in memory that are emptied after every submission. Inside runs the warm process of
zygote.py, as an unprivileged user without capabilities. Started by root, bubblewrap mounts and
`setpriv` then changes the user; started by a user, it happens in a user namespace.
"""

import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from invigilator.modules import libraries, outside_libraries
from invigilator.protocol.channel import Channel
from invigilator.protocol.limits import Limits
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
from invigilator.protocol.wire import MessageLimits, WireError

HOME = Path("/home/student")
_ANSWER = 20.0  # seconds within which the warm process obeys
_IMPORT = 300.0
_USERS = range(1 << 30, 1 << 31)  # user numbers that no account has


class SandboxError(RuntimeError):
    """A sandbox can't be started, or doesn't obey any more."""


def unsupported() -> str | None:
    """Why this system can't grade, isolated or not; None when it can.

    The warm process and its child speak over sockets that keep messages apart, and are watched by
    what only Linux has: /proc and pidfd.
    """
    if sys.platform.startswith("linux"):
        return None
    return "grading works on Linux only: use a virtual machine, a container, or WSL on Windows"


@functools.cache
def missing() -> str | None:
    """What is missing for a sandbox, with the line that installs it; None when all is there."""
    if why := unsupported():
        return why
    if shutil.which("bwrap") is None:
        return "bubblewrap is missing: install it with `apt-get install bubblewrap`"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv is missing: install it with `apt-get install util-linux`"
    # It may be there and yet be forbidden, as in a container without rights of its own.
    user = [] if os.geteuid() == 0 else ["--unshare-user", "--disable-userns"]
    probe = ["bwrap", *user, "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/"]
    tried = subprocess.run([*probe, "--proc", "/proc", "true"], capture_output=True, text=True)
    if tried.returncode:
        words = tried.stderr.strip().splitlines() or [f"it ends with status {tried.returncode}"]
        return f"bubblewrap can't make a sandbox here: {words[-1]}{withheld()}"
    return None


# Ubuntu, from 24.04 on, lets no program make namespaces but those that it knows.
_WITHHELD = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def withheld() -> str:
    """What to do where the system withholds from users what a sandbox consists of; mostly empty."""
    if not _WITHHELD.is_file() or _WITHHELD.read_text("utf-8").strip() == "0":
        return ""
    return (
        f". Ubuntu withholds namespaces; `sudo sysctl --write kernel.{_WITHHELD.name}=0` gives them"
    )


class Sandbox:
    """One sandbox and its warm process. Close it, or use it as a context manager.

    `names` are the top-level modules that it must be able to import.
    """

    def __init__(self, limits: Limits, names: list[str], isolated: bool = True) -> None:
        if why := missing() if isolated else unsupported():
            raise SandboxError(why)
        self.limits, self.isolated = limits, isolated
        self.scratch: Path | None = None
        # The shell and the student's functions may come from packages beside the libraries.
        self.shown = outside_libraries(["invigilator", "IPython", "numpy", *names])
        parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with child:
            self.process = subprocess.Popen(
                self._command(child.fileno()),
                pass_fds=[child.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=None if isolated else os.environ | self._environment(),
                cwd="/",
            )
        self.control = parent
        try:
            self._answer(_ANSWER)
        except SandboxError as error:
            self.process.kill()
            _, said = self.process.communicate()
            words = said.decode("utf-8", "replace").strip().splitlines() or [str(error)]
            self.close()
            raise SandboxError(f"a sandbox can't be started: {words[-1]}") from None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _environment(self) -> dict[str, str]:
        """The environment of the student's code."""
        home = str(HOME if self.isolated else self.scratch)
        return {
            "PATH": f"{os.path.realpath(sys.prefix)}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": home,
            "TMPDIR": "/tmp" if self.isolated and not self._below_tmp() else home,
            "IPYTHONDIR": f"{home}/.ipython",
            "LANG": "C.UTF-8",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "NBGRADER_EXECUTION": "autograde",
            # The same numbers for everyone, and one core each.
            "PYTHONHASHSEED": "0",
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            "PYTHONPATH": os.pathsep.join(sorted({str(path.parent) for path in self.shown})),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _below_tmp(self) -> bool:
        """Whether something to be shown stands below /tmp, which then can't be a scratch folder."""
        return any(p.is_relative_to("/tmp") for p in [*libraries(), *self.shown])

    def _command(self, descriptor: int) -> list[str]:
        python = Path(os.path.realpath(sys.prefix), "bin", Path(sys.executable).name)
        start = [str(python), "-m", "invigilator.untrusted.zygote", str(descriptor)]
        if not self.isolated:
            self.scratch = Path(tempfile.mkdtemp(prefix="invigilator-"))
            return [*start, "0", str(self.scratch)]
        size = str(self.limits.disk << 20)
        scratch = ["--perms", "1777", "--size", size, "--tmpfs"]
        command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        # A session of its own: it can't type into the terminal of who grades.
        command += ["--unshare-cgroup-try", "--hostname", "sandbox", "--new-session"]
        command += ["--die-with-parent", "--as-pid-1", "--clearenv"]
        root = os.geteuid() == 0
        if not root:
            command += ["--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"]
            command += ["--cap-drop", "ALL"]
        for name, value in self._environment().items():
            command += ["--setenv", name, value]
        command += ["--proc", "/proc", "--dev", "/dev", "--perms", "0755", "--dir", "/tmp"]
        folders = [HOME, Path("/dev/shm")] + ([] if self._below_tmp() else [Path("/tmp")])
        for folder in folders:
            command += [*scratch, str(folder)]
        shown = [Path("/usr"), *libraries(), *self.shown]
        # bubblewrap would make the folders above with nobody allowed into them.
        for parent in sorted({parent for path in shown for parent in path.parents} - {Path("/")}):
            command += ["--perms", "0755", "--dir", str(parent)]
        for path in shown:
            command += ["--ro-bind", str(path), str(path)]
        # Some systems link these into /usr, some have folders.
        for name in ("bin", "sbin", "lib", "lib32", "lib64"):
            if os.path.islink(f"/{name}"):
                command += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
            elif os.path.isdir(f"/{name}"):
                command += ["--ro-bind", f"/{name}", f"/{name}"]
        command += ["--perms", "0755", "--dir", "/etc"]
        for name in ("ld.so.cache", "alternatives", "localtime", "fonts"):
            command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(HOME), "--"]
        if root:
            # Another user for each sandbox: limits on processes are counted by user.
            user = str(secrets.choice(_USERS))
            command += ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
            command += ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        return [*command, *start, "1", *map(str, folders)]

    def _order(self, order: SandboxOrder, descriptors: list[int] | None = None) -> None:
        try:
            socket.send_fds(self.control, [encode_message(order)], descriptors or [])
        except OSError:
            raise SandboxError("the sandbox has ended") from None

    def _answer(self, seconds: float) -> SandboxAnswer:
        self.control.settimeout(seconds)
        try:
            data = self.control.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            raise SandboxError("the sandbox doesn't answer")
        try:
            answer: SandboxAnswer = decode_message(data, SandboxAnswer)
        except WireError as error:
            raise SandboxError(f"the sandbox's answer can't be read: {error}") from None
        return answer

    def load(self, modules: list[str]) -> None:
        """Import modules into the warm process; those that aren't there are left out."""
        self._order(Import(modules))
        if not isinstance(self._answer(_IMPORT), Ready):
            raise SandboxError("the sandbox gave another answer than was asked for")

    def start(self) -> Channel:
        """Fork a child for a submission; it serves at the other end of what comes back."""
        parent, child = socket.socketpair()
        limits = self.limits
        order = Start(
            memory=limits.memory << 20,
            file=limits.disk << 20,
            processes=limits.processes,
            cpu=limits.cpu,
            message=limits.message << 20,
            output=limits.output,
        )
        with child:
            self._order(order, [child.fileno()])
        return Channel(parent, MessageLimits(size=order.message))

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the child, if it lets that happen."""
        self._order(Interrupt())

    def stop(self, grace: float = 0.0) -> str | None:
        """End the child and all that it started, and empty the scratch folders; says why it ended.

        For `grace` seconds it may end by itself, which tells more.
        Raises SandboxError when something stayed behind: then a new sandbox is due.
        """
        ticket = time.monotonic_ns()
        self._order(Stop(ticket, grace))
        while True:
            match self._answer(_ANSWER):
                case Stopped(answered, clean, reason) if answered == ticket:
                    if not clean:
                        raise SandboxError("the sandbox could not be emptied")
                    return reason
                case _:  # to an earlier order, whose sender was ended before it came
                    pass

    def close(self) -> None:
        """End the sandbox and all that is in it."""
        # The warm process ends when nobody is at the other end, and kills its children first.
        self.control.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
