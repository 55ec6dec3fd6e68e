"""What runs: roots under observation, the process that keeps them so, and the door to it."""
