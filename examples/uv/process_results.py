"""Turns a simulation's output into a table."""
import argparse
from pathlib import Path

import numpy as np
import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--input", type=Path, required=True)
parser.add_argument("--format", choices=["parquet", "csv"], required=True)
args = parser.parse_args()

table = pd.DataFrame(np.fromfile(args.input).reshape(-1, 2), columns=["time", "energy"])
out = args.input.with_suffix("." + args.format)
if args.format == "parquet":
    table.to_parquet(out)
else:
    table.to_csv(out, index=False)
print(f"{len(table)} rows to {out}")
