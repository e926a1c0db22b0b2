"""Binder's configuration of the course and of the students' edition, which is what Binder is sent
to, read by what Binder reads it with; no Docker is asked to build it."""

from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from course.address import ROOT
from course.students_edition import make


@pytest.fixture(scope="module", params=["the course", "the students' edition"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that Binder can build."""
    if request.param == "the course":
        return ROOT
    edition = tmp_path_factory.mktemp("binder") / "edition"
    make(edition)
    return edition


@pytest.fixture
def recipe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What repo2docker would build the repository with."""
    app = pytest.importorskip("repo2docker.app", reason="repo2docker comes with `make install`")
    monkeypatch.chdir(folder)
    maker = app.Repo2Docker()
    recipes = (make(maker.base_image) for make in maker.buildpacks)
    return next(recipe for recipe in recipes if recipe.detect())


def test_binder_takes_the_python_recipe_and_the_version_of_the_lock(recipe: Any) -> None:
    assert type(recipe).__name__ == "PythonBuildPack"
    assert recipe.python_version == "3.11"


def test_binder_installs_the_library_from_the_repository(recipe: Any) -> None:
    scripts = [script for _, script in recipe.get_assemble_scripts()]
    assert any('-r "binder/requirements.txt"' in script for script in scripts)
    # The library and the lock are there only once all of the repository is copied.
    assert not any("requirements.txt" in script for _, script in recipe.get_preassemble_scripts())
    recipe.platform = "linux/amd64"
    dockerfile = recipe.render({})
    assert dockerfile.index("COPY --chown") < dockerfile.index("binder/requirements.txt")


def test_what_binder_installs_is_pinned_and_light(folder: Path) -> None:
    lines = (folder / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    options = [line.split() for line in lines if line.startswith("--")]
    constraint = dict(options)["--constraint"]
    assert (folder / "binder" / constraint).resolve() == folder / "requirements.lock"
    assert (folder / "requirements.lock").is_file()
    packages = [line for line in lines if line and not line.startswith(("#", "--"))]
    library, _, extras = packages[0].partition("[")
    assert (folder / library / "pyproject.toml").is_file()
    assert set(extras.rstrip("]").split(",")) == {"check", "plot", "data", "sparse"}
    assert [Requirement(line).name for line in packages[1:]] == ["torch"]
