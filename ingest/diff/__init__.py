"""What differs between two texts, and where each stretch came from. Pure and deterministic.

`sequences` compares lines and words, for people who read code. `sentences` says what became of each sentence
(kept, edited, added, removed, moved, split, merged) and of each word inside the edited ones, by what
`similarity` finds alike. `provenance` says which version each stretch of a text came from.
"""
