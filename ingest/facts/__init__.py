"""The facts of a sentence (numbers, amounts, dates, names, quotations) and which of them an edit changed.

`quantities`, `dates`, `names` and `quotations` find facts, each a value of `model`; `digits` and
`number_words` read numbers. `equivalence` says whether two say the same; `swaps` whether two things took
each other's place; `changed_facts` puts it together.
"""
