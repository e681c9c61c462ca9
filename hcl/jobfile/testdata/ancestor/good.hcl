variable "out" {
  default = "results"
}

job "train" {
  source "local" { command = "true" }
  watcher "error_analyzer" {
    pattern     = "ERROR|FAILED|Exception"
    output_type = "stderr"
    action "run_command" {
      command = "uv run python analyze_error.py --job ${JOB_ID} ${var.out}"
    }
  }
  watcher "metric_extractor" {
    pattern        = "Loss: ([\\d.]+).*Accuracy: ([\\d.]+)"
    capture_groups = ["loss", "accuracy"]
    action "run_command" {
      command = "uv run python -c 'import json; print(json.dumps({\"loss\": ${loss}, \"acc\": ${accuracy}}))' > metrics.json"
    }
  }
  watcher "computed" {
    pattern = "Loss: (?P<loss>[\\d.]+)"
    action "run_command" {
      command = <<-EOT
        uv run python -c 'print(${loss * 2})' ${upper(match.line)}
      EOT
    }
  }
}
