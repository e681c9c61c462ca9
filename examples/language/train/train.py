"""Prints what a training run prints: the loss falls, then it diverges."""

import itertools
import pathlib
import time

falling = [0.90, 0.55, 0.40, 0.35, 0.31]
diverging = [1.2 * 1.1**n for n in range(60)]  # until somebody stops it

for epoch, loss in enumerate(itertools.chain(falling, diverging), start=1):
    print(f"Epoch {epoch} Loss: {loss:.2f} Accuracy: {1 / (1 + loss):.2f}")
    checkpoint = pathlib.Path("epoch.ckpt")
    checkpoint.write_text(str(loss))
    print(f"saved checkpoint {checkpoint}")
    time.sleep(0.2)
