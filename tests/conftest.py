"""The longest test begins first, so that the other workers don't wait for it in the end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name != "test_make.py")
