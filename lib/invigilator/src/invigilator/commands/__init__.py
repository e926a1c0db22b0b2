"""A module for each command: what one of them needs is imported when it is asked for."""
