"""Two texts, and what is between them. Pure and deterministic: no model, no timer.

`diff` compares lines and words, for people who read code. The rest compares articles:

    sentences -> align -> facts, notices -> classify

`sentences` cuts a text into sentences without losing a character; `align` says what became of each (kept,
edited, added, removed, moved, split, merged), by what `alike` finds alike, and of each word inside the
edited ones. `slots` (of kind and value a `slot`), `names` and `quotes` find the facts of a sentence by the
words of `lexicon`; `facts` says which of them an edit changed, and asks `agreement` whether two are one;
`notices` knows how an article says that it was corrected. `classify` puts it together into an
`edit.Edit`. `words` is what all of them call a word, and a misspelt one.
"""
