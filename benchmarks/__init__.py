"""What is measured, how, and against whom. `python -m benchmarks` runs it; nothing here is a test."""
