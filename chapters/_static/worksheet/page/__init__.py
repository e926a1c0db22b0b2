"""Python in a page: what its worker runs."""
