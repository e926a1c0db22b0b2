"""Accounts and groups of the system, by its own programs."""

import csv
import grp
import pwd
import secrets
import subprocess
from pathlib import Path

from deploy.hub.settings import Course, Settings

# Letters and digits that look like no other.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"


def exists(name: str) -> bool:
    """Whether there is an account of this name."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def create(name: str, passwords: Path) -> None:
    """An account with a home that nobody else can look into, and a first password in a table."""
    password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))
    run("useradd", "--create-home", "--shell", "/bin/bash", "--key", "HOME_MODE=0700", name)
    run("chpasswd", given=f"{name}:{password}")
    new = not passwords.exists()
    with passwords.open("a", encoding="utf-8", newline="") as file:
        passwords.chmod(0o600)
        rows = csv.writer(file)
        rows.writerows([["id", "password"]] * new + [[name, password]])


def enrol(course: Course) -> None:
    """Give the course's two groups their members, and take away who is no longer named."""
    for group, members in {
        course.group: course.members,
        course.teachers_group: course.teachers,
    }.items():
        run("groupadd", "--force", "--system", group)
        run("gpasswd", "--members", ",".join(members), group)


def members(group: str) -> set[str]:
    """Who is in a group; nobody where there is no such group."""
    try:
        return set(grp.getgrnam(group).gr_mem)
    except KeyError:
        return set()


def missing(settings: Settings) -> list[str]:
    """Who is named and has no account."""
    return [name for name in settings.users if not exists(name)]


def run(*command: str, given: str | None = None) -> None:
    """Run a program, or say what it said."""
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise SystemExit(f"{' '.join(command)}: {said or f'ended with {done.returncode}'}")
