"""Make what a server needs and lacks. Running it again changes only what the settings say anew."""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.hub import access, configs, users
from deploy.hub.settings import Course, Settings, to_json

HUB = Path(__file__).resolve().parent
REPOSITORY = HUB.parents[1]

# Of a course's folder, what is made anew, what is a student's, and what is for this machine alone.
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "class", "node_modules", "__pycache__", ".*_cache", "settings.toml"
)

_GRADEBOOK = """\
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
app = NbGrader()
app.initialize([])
Gradebook(app.coursedir.db_url, app.coursedir.course_id).close()
"""


def install(settings: Settings, python: Path) -> None:
    """All of it, in order. The caller has made sure that it can be done."""
    os.umask(0o022)
    settings.folder.mkdir(parents=True, exist_ok=True)
    install_python(settings, python)
    install_proxy(settings)
    settings.state.mkdir(mode=0o700, exist_ok=True)
    for name in users.missing(settings):
        say(f"an account for {name}")
        users.create(name, settings.state / "passwords.csv")
    for course in settings.courses:
        users.enrol(course)
    for folder in access.folders(settings):
        folder.make()
    copy_own_files(settings)
    for course in settings.courses:
        make_course(settings, course)


def say(what: str) -> None:
    print(f"== {what}", flush=True)


def install_python(settings: Settings, python: Path) -> None:
    """The environment in which the hub, students and grading run, at pinned versions."""
    lock = HUB / "requirements.lock"
    if not (settings.venv / "bin" / "pip").exists():
        say(f"a Python environment in {settings.venv}")
        call([str(python), "-m", "venv", str(settings.venv)])
    pip = [str(settings.venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-warn-script-location"]
    wanted = digest([lock], " ".join(settings.packages))
    with Stamp(settings.venv / "requirements.stamp", wanted) as stale:
        if stale:
            say("Python packages (some minutes the first time)")
            call([*pip, "--requirement", str(lock)])
            if settings.packages:
                constraint = ["--constraint", str(REPOSITORY / "requirements.lock")]
                call([*pip, *constraint, *settings.packages])
    libraries = [REPOSITORY / "lib" / "convbook", REPOSITORY / "lib" / "invigilator"]
    texts = [path for each in libraries for path in sources(each)]
    with Stamp(settings.venv / "libraries.stamp", digest(texts)) as stale:
        if stale:
            say("convbook and invigilator")
            with tempfile.TemporaryDirectory() as scratch:  # building leaves files beside sources
                copies = [shutil.copytree(each, Path(scratch, each.name)) for each in libraries]
                offline = ["--no-deps", "--no-build-isolation", "--force-reinstall"]
                call([*pip, *offline, *map(str, copies)])


def sources(library: Path) -> list[Path]:
    """The files that a distribution is made of."""
    found = [path for path in sorted((library / "src").rglob("*")) if path.is_file()]
    built = (".pyc", ".egg-info")
    kept = [path for path in found if not any(end in str(path) for end in built)]
    return [library / "pyproject.toml", *kept]


def install_proxy(settings: Settings) -> None:
    """The proxy in front of the hub, at a pinned version."""
    folder, lists = settings.folder / "node", [HUB / "package.json", HUB / "package-lock.json"]
    folder.mkdir(exist_ok=True)
    with Stamp(folder / "packages.stamp", digest(lists)) as stale:
        if stale:
            say("configurable-http-proxy")
            for path in lists:
                shutil.copy(path, folder)
            call(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)


def copy_own_files(settings: Settings) -> None:
    """What the hub reads when it runs, so that nothing of it lies in somebody's checkout."""
    target = settings.folder / "deploy" / "hub"
    shutil.rmtree(target, ignore_errors=True)
    leave = shutil.ignore_patterns("__pycache__", "settings*.toml", "kubernetes", "*.lock")
    shutil.copytree(HUB, target, ignore=leave)
    (settings.state / "settings.json").write_text(to_json(settings), "utf-8")
    config = settings.venv / "etc" / "jupyter"
    config.mkdir(parents=True, exist_ok=True)
    (config / "nbgrader_config.py").write_text(configs.for_nbgrader(settings), "utf-8")
    (config / "jupyter_server_config.py").write_text(configs.for_servers(), "utf-8")
    lab = settings.venv / "share" / "jupyter" / "lab" / "settings"
    lab.mkdir(parents=True, exist_ok=True)
    shutil.copy(HUB / "overrides.json", lab)
    unit = (HUB / "course-hub.service").read_text("utf-8")
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    unit = unit.replace("@FOLDER@", str(settings.folder)).replace("@NODE@", str(node))
    (settings.folder / "course-hub.service").write_text(unit, "utf-8")


def make_course(settings: Settings, course: Course) -> None:
    """A folder for the teachers; one that is there stays as they left it."""
    target = settings.course_folder(course)
    if any(target.iterdir()):
        return
    say(f"the folder of {course.id}")
    try:
        fill(target, settings, course)
    except BaseException:
        # Half of a folder would be taken for the teachers' the next time.
        shutil.rmtree(target)
        raise


def fill(target: Path, settings: Settings, course: Course) -> None:
    """What a course's folder has at the beginning."""
    teacher = course.teachers[0]
    if course.files:
        shutil.copytree(course.files, target, dirs_exist_ok=True, ignore=_LEFT_OUT, symlinks=True)
    config = target / "nbgrader_config.py"
    if not config.exists():
        config.write_text(configs.for_new_course(course), "utf-8")
    share(target, course)
    if course.prepare:
        call(as_user(teacher, settings, ["sh", "-c", course.prepare]), cwd=target)
    python = str(settings.venv / "bin" / "python")
    call(as_user(teacher, settings, [python, "-W", "ignore", "-c", _GRADEBOOK]), cwd=target)
    # SQLite makes a gradebook to which the group can't write.
    share(target, course)


def share(folder: Path, course: Course) -> None:
    """Make a folder and all in it the teachers', and nobody else's."""
    owner = f"{course.teachers[0]}:{course.teachers_group}"
    users.run("chown", "--recursive", "--no-dereference", owner, str(folder))
    users.run("chmod", "--recursive", "u=rwX,g=rwX,o=", str(folder))
    users.run("find", str(folder), "-type", "d", "-exec", "chmod", "g+s", "{}", "+")


def as_user(user: str, settings: Settings, command: list[str]) -> list[str]:
    """A command as somebody else runs it on the server, outside of a browser."""
    path = f"PATH={settings.venv}/bin:/usr/local/bin:/usr/bin:/bin"
    start = ["runuser", "--user", user, "--", "env", "-i", path, f"USER={user}", "LANG=C.UTF-8"]
    start += [f"HOME={pwd.getpwnam(user).pw_dir}", "sh", "-c", 'umask 007; exec "$@"', "sh"]
    return [*start, *command]


class Stamp:
    """Remembers by a file that a step was done with what it was given: `with Stamp(…) as stale`."""

    def __init__(self, path: Path, wanted: str) -> None:
        self.path, self.wanted = path, wanted

    def __enter__(self) -> bool:
        return not self.path.exists() or self.path.read_text("utf-8") != self.wanted

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.path.write_text(self.wanted, "utf-8")


def digest(paths: Iterable[Path], more: str = "") -> str:
    """One number for the texts of some files."""
    found = hashlib.sha256(more.encode())
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def call(command: list[str], cwd: Path | None = None) -> None:
    """Run a program, whose words go to the terminal; where it fails, so does the installation."""
    done = subprocess.run(command, cwd=cwd)
    if done.returncode:
        sys.exit(f"this failed, and nothing after it was done: {' '.join(command)}")
