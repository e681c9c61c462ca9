# 2. Extract and store metrics.
#
# Both captures hold only digits and dots: jwhost proves that, which is why
# they may stand inside Python code. The file has the numbers of the latest
# match; `metrics` records all of them besides.

job "train" {
  source "local" {
    command = "python3 training_job.py"
  }

  watcher "metric_extractor" {
    pattern        = "Loss: ([\\d.]+).*Accuracy: ([\\d.]+)"
    capture_groups = ["loss", "accuracy"]
    metrics        = { loss = loss, accuracy = accuracy }
    action "run_command" {
      command = "uv run python -c 'import json; print(json.dumps({\"loss\": ${loss}, \"acc\": ${accuracy}}))' > metrics.json"
    }
  }
}
