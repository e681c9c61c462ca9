"""Logistic regression by gradient descent, on data made here."""
import time

import numpy as np

rng = np.random.default_rng(0)
truth = rng.normal(size=8)
x = rng.normal(size=(2000, 8))
y = (x @ truth + 0.3 * rng.normal(size=2000) > 0).astype(float)

w = np.zeros(8)
for epoch in range(1, 41):
    p = 1 / (1 + np.exp(-x @ w))
    loss = -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))
    accuracy = np.mean((p > 0.5) == y)
    print(f"epoch {epoch} loss {loss:.4f} accuracy {accuracy:.3f}")
    w -= 2.0 * x.T @ (p - y) / len(y)
    time.sleep(0.05)

np.savez("model.npz", w=w, truth=truth)
print("saved model.npz")
