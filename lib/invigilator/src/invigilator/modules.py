"""Where modules come from, and importing them before they are needed."""

import functools
import gc
import importlib
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path


@functools.cache
def libraries() -> tuple[Path, ...]:
    """The folders of the interpreter and of what is installed for it."""
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    if site.ENABLE_USER_SITE:
        found.add(Path(site.getusersitepackages()))
    # Environments are often links, and a sandbox shows real folders.
    real = {Path(os.path.realpath(path)) for path in found if path.is_dir()}
    return tuple(sorted(path for path in real if not real & set(path.parents)))


def locations(name: str) -> list[Path]:
    """The files and folders of a top-level module; none if there is no such module."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    folders = spec.submodule_search_locations
    places = [spec.origin] if folders is None else list(folders)
    return [Path(os.path.realpath(place)) for place in places if place and os.path.exists(place)]


def is_library(name: str) -> bool:
    """Whether a module of that full name is imported and stands in the libraries' folders."""
    if name not in sys.modules or name == "__main__":
        return False
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    places = locations(top)
    return bool(places) and all(
        any(place.is_relative_to(folder) for folder in libraries()) for place in places
    )


def outside_libraries(names: Iterable[str]) -> list[Path]:
    """Where those of some top-level modules stand that aren't in the libraries' folders."""
    inside = libraries()
    found = {path for name in names for path in locations(name)}
    return sorted(
        path for path in found if not any(path.is_relative_to(folder) for folder in inside)
    )


def preload(names: Iterable[str]) -> None:
    """Import what is there, for the children to find it; what isn't there is left out."""
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException:  # a module may do anything when it is imported
            continue
    # What all children share is never collected: a collection would copy its pages to each.
    gc.collect()
    gc.freeze()
