"""Where the course lives on the web, all of it from `repository` in `_config.yml`.

    python -m course.address             say so where the address is still the placeholder
    python -m course.address --strict    and end with 1
    python -m course.address --students  print where the students' edition goes: url=…, branch=…

Whoever forks the course changes `url`, and every link follows.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent

# What `_config.yml` says until somebody publishes the course.
PLACEHOLDER = "https://github.com/dense-to-convolutional/course"

NOT_YOURS = (
    "The course's address is still a placeholder: set `url` below `repository` in _config.yml, "
    "then run `make exercises notebooks`."
)


@dataclass(frozen=True)
class Address:
    """The addresses of a course: its site, its repository, and what students get of it."""

    source: str
    students: str
    branch: str
    site: str

    @property
    def is_placeholder(self) -> bool:
        """Whether nobody has said yet where the course lives."""
        return PLACEHOLDER in (self.source, self.students)

    @property
    def edition(self) -> str:
        """Where somebody finds the students' edition, to read about it and to clone it."""
        return f"{self.students}/tree/{self.branch}"

    def colab(self, path: str) -> str:
        """Where Colab opens a notebook of the course, given its path from the root."""
        place = self.students.removeprefix("https://github.com/")
        return f"https://colab.research.google.com/github/{place}/blob/{self.branch}/{path}"

    def binder(self, path: str) -> str:
        """Where Binder opens a notebook of the course, given its path from the root."""
        place = self.students.removeprefix("https://github.com/")
        return f"https://mybinder.org/v2/gh/{place}/{self.branch}?labpath={path}"


def address(root: Path = ROOT) -> Address:
    """Read the address from the configuration of the book in `root`.

    Raises:
        ValueError: an address that Colab, Binder or a reader could not be sent to.
    """
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    repository = config["repository"]
    source = plain(repository["url"])
    students = plain(repository["students"].get("url", source))
    if on_github(students) is None:
        raise ValueError(
            "_config.yml: repository: students: url must be https://github.com/OWNER/NAME, from "
            f"where Colab and Binder take notebooks; it is {students}"
        )
    site = config["html"].get("baseurl") or pages(source)
    branch = repository["students"]["branch"]
    if (students, branch) == (source, repository["branch"]):
        raise ValueError(
            f"_config.yml: the students' edition can't be the branch {branch} of {source}, where "
            "the solutions are"
        )
    return Address(source, students, branch, site.rstrip("/") + "/")


def plain(url: str) -> str:
    """The address of a repository without what some copy along."""
    return url.rstrip("/").removesuffix(".git")


def on_github(url: str) -> tuple[str, str] | None:
    """Owner and name of a repository on GitHub.

    >>> on_github("https://github.com/ada/engine")
    ('ada', 'engine')
    >>> on_github("https://gitlab.com/ada/engine")
    """
    parts = urlsplit(url)
    owner, _, name = parts.path.removeprefix("/").partition("/")
    if (parts.scheme, parts.netloc) != ("https", "github.com") or not name or "/" in name:
        return None
    return owner, name


def pages(source: str) -> str:
    """Where GitHub Pages serves the site of a repository.

    >>> pages("https://github.com/ada/engine")
    'https://ada.github.io/engine/'
    >>> pages("https://github.com/Ada/ada.github.io")
    'https://ada.github.io/'
    """
    found = on_github(source)
    if found is None:
        raise ValueError(
            "_config.yml: say below html: baseurl: where the site will be; it follows from "
            f"repository: url only for https://github.com/OWNER/NAME, and that is {source}"
        )
    owner, name = found
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the course lives on the web.")
    parser.add_argument("--strict", action="store_true", help="end with 1 at the placeholder")
    parser.add_argument("--students", action="store_true", help="where students' edition goes")
    options = parser.parse_args()
    here = address()
    if options.students:
        print(f"url={here.students}\nbranch={here.branch}")
    elif here.is_placeholder:
        print(NOT_YOURS)
        sys.exit(int(options.strict))


if __name__ == "__main__":
    main()
