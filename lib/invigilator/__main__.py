"""`python -m invigilator`, the same as the `invigilator` command."""

from invigilator.app import main

main()
