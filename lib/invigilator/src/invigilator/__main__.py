"""`python -m invigilator`, the same as the `invigilator` command; `… examiner` is a room's."""

import sys

# jsonschema imports this when it is there and builds a grammar with it, for two seconds; nothing
# here checks the form of an address.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if __name__ == "__main__":
    if sys.argv[1:2] == ["examiner"]:
        from invigilator.trusted.examiner import main
    else:
        from invigilator.app import main

    main()
