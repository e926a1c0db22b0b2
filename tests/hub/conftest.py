"""A course server on loopback, installed as `make hub` does it, with people who are users here."""

import csv
import subprocess
from collections.abc import Iterator

import pytest
from course_server import ROOT, SETTINGS, Hub, environment, forget, make_command, obstacle, wait

from deploy.hub.settings import read
from deploy.hub.users import exists


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    if why := obstacle():
        pytest.skip(why)
    path = tmp_path_factory.mktemp("hub") / "settings.toml"
    path.write_text(SETTINGS, "utf-8")
    settings = read(path)
    assert not [name for name in settings.users if exists(name)], "remove them first: userdel -r"
    forget(settings)
    log = path.with_suffix(".log")
    with log.open("w") as file:
        server = subprocess.Popen(
            make_command("up", path), cwd=ROOT, env=environment(), stdout=file, stderr=file
        )
    try:
        wait(server, settings.server.hub_port, log)
        with (settings.state / "passwords.csv").open(newline="") as file:
            passwords = {row["id"]: row["password"] for row in csv.DictReader(file)}
        yield Hub(settings, path, passwords)
    finally:
        server.terminate()
        server.wait(60)
        forget(settings)
