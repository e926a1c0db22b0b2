"""How far a student is: which tasks pass their visible checks, and what these are worth.

A cell with checks ends with `passed`, the notebook with `progress`. They only print: nothing here
fails, for a grader that runs a notebook without its checks runs these cells, too.
"""

import sys

#: The tasks that passed their checks, each with the function that did. A page, whose cells run on
#: copies of what the cells above them left, keeps it together with these.
passed_tasks: dict[str, object] = {}


def passed(task: str) -> None:
    """Say that the checks above, of the function of this name, have all passed, and note it.

    >>> passed("shift")
    shift: visible checks passed
    """
    passed_tasks[task] = _function(task)
    print(f"{task}: visible checks passed")


def ready(*tasks: str, for_what: str) -> bool:
    """Whether these tasks pass their checks; if not, say what they are needed for.

    >>> ready("conv2d_loops", for_what="the picture")
    The picture needs conv2d_loops: it comes when the check of it has passed.
    False
    """
    missing = [task for task in tasks if not _stands(task)]
    if missing:
        them = "it" if len(missing) == 1 else "them"
        checks = f"check of {them} has" if len(missing) == 1 else f"checks of {them} have"
        start = for_what[0].upper() + for_what[1:]
        print(f"{start} needs {_and(missing)}: it comes when the {checks} passed.")
    return not missing


def progress(by_hand: float = 0, **points: float) -> None:
    """Say how many tasks pass their visible checks, of those named here with their points.

    `by_hand`: what answers in words are worth besides, which a person marks.

    >>> passed("shift")
    shift: visible checks passed
    >>> progress(shift=1, conv2d_loops=2, by_hand=1)
    1 of 2 tasks passes its visible checks: 1 of 4 points so far, if the hidden tests pass too.
    A person marks your written answer: 1 of the 4 points.
    Still to pass: conv2d_loops.
    """
    if not passed_tasks:
        print("Progress is counted when the checks above have run; none has passed here yet.")
        return
    done = [task for task in points if _stands(task)]
    changed = [task for task in points if task in passed_tasks and task not in done]
    open_ = [task for task in points if task not in passed_tasks]
    total = sum(points.values()) + by_hand
    verb = "passes its" if len(done) == 1 else "pass their"
    print(
        f"{len(done)} of {len(points)} tasks {verb} visible checks: "
        f"{sum(points[task] for task in done):g} of {total:g} points so far, "
        "if the hidden tests pass too."
    )
    if by_hand:
        print(f"A person marks your written answer: {by_hand:g} of the {total:g} points.")
    if changed:
        print(f"Changed since: {_and(changed)}. Run the check again.")
    if open_:
        print(f"Still to pass: {_and(open_)}.")


def _stands(task: str) -> bool:
    """Whether a task has passed and is still answered by the function that did."""
    return task in passed_tasks and passed_tasks[task] is _function(task)


def _function(task: str) -> object:
    """What the notebook calls by this name."""
    return getattr(sys.modules.get("__main__"), task, None)


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
