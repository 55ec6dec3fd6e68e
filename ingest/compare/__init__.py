"""Two texts, and what is between them. Pure and deterministic: no model, no timer."""
