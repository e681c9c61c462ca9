# 4. Process data when the job says that it is done.

job "simulate" {
  source "local" {
    command = "python3 simulating_job.py"
  }

  watcher "post_processor" {
    pattern = "Job completed successfully"
    action "run_command" {
      command = "uv run python process_results.py --input output.dat --format parquet"
    }
  }
}
