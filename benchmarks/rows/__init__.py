"""The rows: each a function of the stage that does the work and yields lines of the table."""
