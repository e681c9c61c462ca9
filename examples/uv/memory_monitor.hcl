# 3. Use a Python tool by uvx.
#
# The job records its allocations with memray and runs out of memory. Since
# memray 1.9 `tree` is an interactive screen that waits for keys; 1.8.1 prints
# the tree, which is what a watcher can use. A dump is read by the version that
# wrote it, so both name it.

job "train" {
  source "local" {
    command = "uv run --no-project --python 3.11 --with memray==1.8.1 python -m memray run -f -q -o memory_dump.bin leaking_job.py"
  }

  watcher "memory_monitor" {
    pattern      = "OutOfMemoryError|memory allocation failed"
    max_triggers = 1
    on_end {
      states = ["failed"]
    }
    action "run_command" {
      command      = "uvx --python 3.11 memray@1.8.1 tree memory_dump.bin"
      output_limit = 20000
    }
  }
}
