"""A training job that hits errors and gets over them."""
import sys
import time

for step in range(5):
    print(f"step {step} loss {1 / (step + 1):.3f}", flush=True)
    if step % 2:
        print(f"ERROR: batch {step}: gradient overflow, step skipped", file=sys.stderr, flush=True)
    time.sleep(0.05)
