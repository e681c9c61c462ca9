"""Prints what a training run prints: the loss falls, then it diverges."""

import pathlib
import time

for epoch, loss in enumerate([0.90, 0.55, 0.40, 0.35, 0.31, 1.20, 2.50], start=1):
    print(f"Epoch {epoch} Loss: {loss:.2f} Accuracy: {1 / (1 + loss):.2f}")
    checkpoint = pathlib.Path(f"epoch-{epoch}.ckpt")
    checkpoint.write_text(str(loss))
    print(f"saved checkpoint {checkpoint}")
    time.sleep(0.2)
