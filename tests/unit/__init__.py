"""The rooms that need neither a database nor a daemon."""
