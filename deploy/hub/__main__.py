"""The course server: `python -m deploy.hub up`, as root, in the course's repository.

up       install what is missing, apply the settings, start (`make hub`)
check    say what is wrong (`make hub-check`)
start    start an installed server in this terminal
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.hub import check
from deploy.hub.install import HUB, install, say
from deploy.hub.settings import Settings, SettingsError, read

SETTINGS = HUB / "settings.toml"
SERVICE = Path("/etc/systemd/system/course-hub.service")


def up(settings: Settings) -> None:
    """Install and start."""
    refuse(check.preconditions(settings))
    running = check.answers(settings) is None
    if not running:
        refuse(check.ports(settings))
    python = check.interpreter()
    assert python is not None  # one of the preconditions
    install(settings, python)
    say("checking")
    refuse(check.installed(settings))
    if (passwords := settings.state / "passwords.csv").exists():
        print(f"First passwords: {passwords}")
    if Path("/run/systemd/system").is_dir():
        start_service(settings)
    elif running:
        print("The server runs, with its former settings: stop it and run make hub again.")
    else:
        become_hub(settings)


def start_service(settings: Settings) -> None:
    """Start it by systemd, now and whenever the machine starts."""
    shutil.copy(settings.folder / SERVICE.name, SERVICE)
    for words in (["daemon-reload"], ["enable", SERVICE.stem], ["restart", SERVICE.stem]):
        subprocess.run(["systemctl", *words], check=True)
    print(f"The server: {settings.server.url}   (its words: journalctl -u {SERVICE.stem} -f)")


def start(settings: Settings) -> None:
    """Start an installed server in this terminal."""
    refuse(check.preconditions(settings) + check.ports(settings) + check.installed(settings))
    become_hub(settings)


def become_hub(settings: Settings) -> None:
    """Replace this process by the hub."""
    print(f"The server: {settings.server.url}   (Ctrl+C stops it)", flush=True)
    os.environ["PATH"] = f"{settings.venv}/bin{os.pathsep}{os.environ['PATH']}"
    os.chdir(settings.state)
    config = settings.folder / "deploy" / "hub" / "jupyterhub_config.py"
    os.execv(settings.venv / "bin" / "jupyterhub", ["jupyterhub", "--config", str(config)])


def report(settings: Settings) -> None:
    """Say what is wrong, or that nothing is."""
    found = check.preconditions(settings)
    found = found or check.installed(settings)
    if silent := check.answers(settings):
        found.append(silent)
    refuse(found)
    print(f"All is well. The server: {settings.server.url}")


def refuse(problems: list[str]) -> None:
    if problems:
        sys.exit("\n".join(f"make hub: {problem}" for problem in problems))


def main() -> None:
    actions = {"up": up, "check": report, "start": start}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=actions)
    parser.add_argument("--settings", type=Path, default=SETTINGS, help="another file of settings")
    options = parser.parse_args()
    if not options.settings.exists() and options.settings == SETTINGS:
        shutil.copy(HUB / "settings.example.toml", SETTINGS)
        sys.exit(
            f"make hub: {SETTINGS} is new: name teachers and students in it, then run this again"
        )
    try:
        settings = read(options.settings)
    except SettingsError as error:
        sys.exit(f"make hub: {options.settings}: {error}")
    actions[options.action](settings)


if __name__ == "__main__":
    main()
