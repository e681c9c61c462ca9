# 5. Send a notification by a tool of PyPI.
#
# The package `notifiers` has one executable, `notifiers` (no `notify`), and
# takes the provider as a command of it. Its webhook is a secret, so it comes
# by the environment: an argument can be seen by everyone on the machine.
# jwhost's own `notify` action does the same without a command.

job "train" {
  source "local" {
    command = "python3 training_job.py"
  }

  watcher "completion_notifier" {
    pattern        = "Training completed.*final loss: ([\\d.]+)"
    capture_groups = ["final_loss"]
    action "run_command" {
      command = "uvx notifiers slack notify 'Training done: loss=${final_loss}'"
      env     = { NOTIFIERS_SLACK_WEBHOOK_URL = secret("SLACK_WEBHOOK_URL") }
    }
  }
}
