"""Says how near the model came to the truth."""
import sys

import numpy as np

model = np.load(sys.argv[-1])
w, truth = model["w"], model["truth"]
cosine = w @ truth / np.linalg.norm(w) / np.linalg.norm(truth)
with open("report.md", "w") as f:
    f.write(f"# {sys.argv[-1]}\n\nThe weights point the right way to {cosine:.2%}.\n")
print(f"report.md: cosine to the truth {cosine:.4f}")
