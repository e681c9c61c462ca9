job "train" {
  source "local" {
    command = "python train.py"
  }
  env = { API_TOKEN = secret("TOKEN"), PLAIN = "x" }
  watcher "loss" {
    pattern = "x"
    action "notify" {
      url     = secret("SLACK_URL")
      message = "x"
    }
    action "run_command" {
      command = "cat"
      env     = { TOKEN = "Bearer ${secret("TOKEN")}" }
      stdin   = secret("OTHER")
    }
  }
}
