"""A module a verb, each with a `command`; loaded when its verb is called."""
