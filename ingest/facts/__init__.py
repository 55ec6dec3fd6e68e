"""The facts of a sentence (numbers, amounts, dates, names, quotations) and which of them an edit changed.

`quantities`, `identifiers`, `dates`, `names`, `quotations` and `negations` find facts, most as values of
`model`; `digits`, `number_words` and `fractions` read numbers. `equivalence` says whether two say the same;
`swaps` and `agreement` whether two things took each other's place; `document_words` what the two texts say of
a word. `changed_facts` puts it together.
"""
