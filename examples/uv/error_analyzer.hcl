# 1. Run a Python script when an error is seen.
#
# JOB_ID is the host's own, so it may stand anywhere. The script runs in the
# job's folder, in an environment of its own with pyproject.toml's
# dependencies.

job "train" {
  source "local" {
    command = "python3 failing_job.py"
  }

  watcher "error_analyzer" {
    pattern      = "ERROR|FAILED|Exception"
    output_type  = "stderr"
    max_triggers = 1
    action "run_command" {
      command = "uv run python analyze_error.py --job ${JOB_ID}"
    }
  }
}
