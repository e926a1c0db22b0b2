"""How a server of one person's is started: where, with what limits, with whose settings."""

import html
import pwd
from pathlib import Path

from deploy.hub.settings import Settings

OWN_FILES = "own files"

_START = 'cd "$0" && umask "$1" && shift && exec "$@"'

# What several numerical libraries read. Thirty servers share a few cores: a thread each.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def choices(settings: Settings, user: str) -> list[str]:
    """The folders in which a person's server may start: a teacher's courses, else the home."""
    taught = [course.id for course in settings.taught_by(user)]
    studies = any(user in course.students for course in settings.courses)
    return taught + [OWN_FILES] * (studies or not taught)


def form(settings: Settings, user: str) -> str:
    """What is asked before a server starts; nothing where there is nothing to choose."""
    offered = choices(settings, user)
    if len(offered) < 2:
        return ""
    options = "".join(f"<option>{html.escape(each)}</option>" for each in offered)
    return (
        '<label for="course">Which course? To change, stop the server and start it again.</label>'
        f'<select class="form-control" id="course" name="course">{options}</select>'
    )


def chosen(settings: Settings, user: str, answer: str) -> str:
    """Which of a person's choices is meant; the first where it is none of theirs."""
    offered = choices(settings, user)
    return answer if answer in offered else offered[0]


def folder(settings: Settings, user: str, choice: str) -> Path:
    """The folder of a choice.

    nbgrader reads a course's `nbgrader_config.py` where the server starts: elsewhere, formgrader
    would show no assignment.
    """
    if choice == OWN_FILES:
        return Path(pwd.getpwnam(user).pw_dir)
    return settings.folder / "courses" / choice


def command(settings: Settings, user: str, choice: str) -> list[str]:
    """The command line of a server, in its folder and with its limits."""
    start = ["/bin/sh", "-c", _START, str(folder(settings, user, choice))]
    server = str(settings.venv / "bin" / "jupyterhub-singleuser")
    if choice != OWN_FILES:
        # Teachers share what they make with each other, and grading takes what it needs.
        return [*start, "007", server]
    limits = settings.limits
    limited = ["prlimit", f"--data={limits.memory_mib << 20}", f"--nproc={limits.processes}"]
    # Students share with nobody, and their load leaves room for the hub and for grading.
    return [*start, "077", "nice", "-n", "5", *limited, server]


def environment(settings: Settings, user: str, choice: str) -> dict[str, str]:
    """The environment of a server."""
    home = pwd.getpwnam(user).pw_dir
    found = {
        "PATH": f"{settings.venv}/bin:/usr/local/bin:/usr/bin:/bin",
        "TZ": settings.time_zone,
        # Kernels' sockets lie in it, and a socket's path may have 107 characters.
        "JUPYTER_RUNTIME_DIR": f"{home}/.jupyter-runtime",
        **_ONE_THREAD,
    }
    if choice == OWN_FILES:
        found["JUPYTER_CONFIG_PATH"] = str(settings.folder / "deploy" / "hub" / "students")
    return found
