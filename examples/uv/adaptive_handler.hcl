# 6. Let a Python script decide.
#
# The command's exit code is the action's outcome: it fails while the loss is
# high, and says `Converged!` once it is not.

job "train" {
  source "local" {
    command = "python3 iterating_job.py"
  }

  watcher "adaptive_handler" {
    pattern        = "Iteration (\\d+).*Loss: ([\\d.]+)"
    capture_groups = ["iteration", "loss"]
    action "run_command" {
      command = "uv run python -c 'import sys; loss=float(${loss}); sys.exit(0 if loss < 0.1 else 1)' && echo 'Converged!'"
    }
  }
}
