"""Makes the folder that the results go to."""

import pathlib
import sys

out = pathlib.Path(sys.argv[1])
out.mkdir(exist_ok=True)
print(f"prepared {out}")
