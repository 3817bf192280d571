"""The self-test of LibTorch, as set-up runs it (python.sh): exit status 0 where products in float32 and bfloat16 are right, 1 with the
wrong ones in words. UDRL_SELF_TEST_FAULT=death or =wrong plants a fault, for tests."""
import os
import signal
import sys

import torch

# Of ‖a·b - reference‖ / ‖reference‖. bfloat16 keeps 8 bits.
TOLERANCES = {torch.float32: 1e-5, torch.bfloat16: 2e-2}
SHAPES = [(1, 512, 96), (64, 512, 96), (257, 768, 1000)]

fault = os.environ.get("UDRL_SELF_TEST_FAULT")
if fault == "death":
    os.kill(os.getpid(), signal.SIGILL)
torch.manual_seed(1)
for rows, inner, columns in SHAPES:
    a, b = torch.rand(rows, inner) - 0.5, torch.rand(inner, columns) - 0.5
    expected = a.double() @ b.double()
    for precision, tolerance in TOLERANCES.items():
        got = (a.to(precision) @ b.to(precision)).double() * (2 if fault == "wrong" else 1)
        error = ((got - expected).norm() / expected.norm()).item()
        if not error < tolerance:
            sys.exit(f"a product of {rows}x{inner}x{columns} in {precision}: error {error:.3g}")
