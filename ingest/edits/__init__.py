"""Tell what kind of edit lies between two texts, whether it matters, and whether it was announced. Pure.

`edit` is the value, and `classify` makes it of a `pair` of versions: `rules` are asked in order, and
`questions` and the modules of questions have what each asks. `speech` parts what is said from markup,
`difference` has the facts, words and notices of what differs, `proof` finds what has no equal. `notices`
knows how an article says that it was corrected, `rephrasing` which words say the same, `word_order` which say
something else by where they stand.
"""
