"""The same examples in every run, and one thread for PyTorch: other jobs share the cores."""

import torch
from hypothesis import settings

settings.register_profile("convbook", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("convbook")
torch.set_num_threads(1)
