"""System calls that a student's code has no use for and an attacker has: refused by the kernel.

New namespaces (the way out of a sandbox), looking into other processes, sockets of families that a
network namespace doesn't hold, and memory that outlives its process.
"""

import ctypes
import errno
import platform
import struct
from typing import Any

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_NEWUSER = 0x10000000
_X32 = 0x40000000
_FAMILIES = (1, 2, 10)  # unix, IPv4, IPv6: these end at the sandbox's own namespaces

# Numbers by architecture, from the kernel's tables (arch/x86/entry/syscalls, asm-generic/unistd.h).
_CALLS: dict[str, dict[str, Any]] = {
    "x86_64": {
        "audit": 0xC000003E,
        "clone": 56,
        "socket": 41,
        "refused": {
            **{"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312},
            **{"unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155},
            **{"add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321},
            **{"perf_event_open": 298, "userfaultfd": 323, "pidfd_getfd": 438},
            **{"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "memfd_create": 319},
        },
    },
    "aarch64": {
        "audit": 0xC00000B7,
        "clone": 220,
        "socket": 198,
        "refused": {
            **{"ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272},
            **{"unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41},
            **{"add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280},
            **{"perf_event_open": 241, "userfaultfd": 282, "pidfd_getfd": 438},
            **{"shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "memfd_create": 279},
        },
    },
}
# The same everywhere. The C library falls back to `clone` when `clone3` is missing.
_CLONE3 = 435
_IO_URING = (425, 426, 427)
_MEMFD_SECRET = 447


def _program(machine: str) -> bytes:
    """The filter, in the kernel's BPF."""
    calls = _CALLS[machine]
    number = struct.Struct("=HBBI").pack

    def refuse(code: int) -> bytes:
        return number(_RETURN, 0, 0, _ERRNO | code)

    program = [
        number(_LOAD, 0, 0, _ARCHITECTURE),
        # Another architecture's numbers on the same machine would pass unseen.
        number(_EQUAL, 1, 0, calls["audit"]),
        refuse(errno.EPERM),
        number(_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        program += [number(_AT_LEAST, 0, 1, _X32), refuse(errno.EPERM)]
    # Its flags lie behind a pointer, where no filter can look.
    program += [number(_EQUAL, 0, 1, _CLONE3), refuse(errno.ENOSYS)]
    for call in (*calls["refused"].values(), *_IO_URING, _MEMFD_SECRET):
        program += [number(_EQUAL, 0, 1, call), refuse(errno.EPERM)]
    program += [
        number(_EQUAL, 0, 3, calls["clone"]),
        number(_LOAD, 0, 0, _FIRST_ARGUMENT),
        number(_ANY_BIT, 0, 1, _CLONE_NEWUSER),
        refuse(errno.EPERM),
        number(_LOAD, 0, 0, _NUMBER),
        number(_EQUAL, 0, 2 + len(_FAMILIES), calls["socket"]),
        number(_LOAD, 0, 0, _FIRST_ARGUMENT),
    ]
    for place, family in enumerate(_FAMILIES):
        program.append(number(_EQUAL, len(_FAMILIES) - place, 0, family))
    program += [refuse(errno.EAFNOSUPPORT), number(_RETURN, 0, 0, _ALLOW)]
    return b"".join(program)


def restrict() -> None:
    """Refuse these calls to this process and all that come from it, for good.

    Raises OSError where the kernel has no seccomp or the machine is another one.
    """
    machine = platform.machine()
    if machine not in _CALLS:
        raise OSError(f"no list of system calls for {machine}: {', '.join(_CALLS)} have one")
    program = ctypes.create_string_buffer(_program(machine))
    length = (len(program) - 1) // 8
    # The kernel's struct sock_fprog: how many instructions, and where.
    header = ctypes.create_string_buffer(struct.pack("@HP", length, ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _FILTER_MODE, ctypes.c_void_p(ctypes.addressof(header)), 0, 0),
    ):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
