"""`python -m invigilator` is the `invigilator` command; `python -m invigilator examiner`
a worker's."""

import sys


def main() -> None:
    """Run what the command line asks for."""
    # jsonschema imports this when it is there and builds a grammar with it, for two seconds;
    # nothing here checks the form of an address.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if sys.argv[1:2] == ["examiner"]:
        from invigilator.trusted.server import main as run
    else:
        from invigilator.app import main as run
    run()


if __name__ == "__main__":
    main()
