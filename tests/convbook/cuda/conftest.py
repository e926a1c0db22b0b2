"""What launches the kernels, on NumPy arrays, and the kernels run by this processor."""

import emulation
import pytest

import convbook.engine.cuda.conv
import convbook.engine.cuda.grid
import convbook.engine.cuda.pool

CALLERS = (convbook.engine.cuda.grid, convbook.engine.cuda.conv, convbook.engine.cuda.pool)


@pytest.fixture(scope="session")
def emulated():
    """Kernels run as C++ on this processor while this fixture is in use."""
    if emulation.COMPILER is None:
        pytest.skip("there is no C++ compiler to run the CUDA kernels on this processor")
    with pytest.MonkeyPatch.context() as patch:
        for module in CALLERS:
            patch.setattr(module, "launch", emulation.launch)
        yield
