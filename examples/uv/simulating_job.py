"""A simulation that writes pairs of time and energy as doubles."""
import array
import math

data = array.array("d")
for step in range(1000):
    data.extend((step * 0.01, math.exp(-step * 0.01)))
with open("output.dat", "wb") as f:
    data.tofile(f)
print("Job completed successfully", flush=True)
