"""After a warm-up, making an optimizer loads nothing."""

import subprocess
import sys

CODE = """
import sys
from gradviz.training.warm_up import warm_up
import torch
warm_up()
before = set(sys.modules)
parameter = torch.nn.Parameter(torch.zeros(3))
parameter.grad = torch.ones(3)
torch.optim.Adam([parameter], fused=True).step()
late = [name for name in set(sys.modules) - before if name.startswith("torch.")]
assert len(late) < 10, late
"""


def test_an_optimizer_finds_all_it_needs():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
