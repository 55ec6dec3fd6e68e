"""What kind of edit lies between two texts, whether it matters, and whether it was announced. Pure.

`edit` is the value, `classify` makes it, `notices` knows how an article says that it was corrected,
`rephrasing` which words say the same, `word_order` which say something else by where they stand.
"""
