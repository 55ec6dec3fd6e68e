"""Words, sentences and spelling of a text. No clock; of the disk only the lists of words are read.

`plain` folds a text to what is meant, `words` cuts and folds words, `sentences` cuts a text into sentences
without losing a character. `languages` reads the words of each language, and `lexicons` lays one language's
over the others: a `lexicon`. `wordlist` and `thesaurus` know which words there are and which are near to each
other; `misspelling`, `hyphens`, `lemmas` and `variants` tell when two are one. `front_matter` and the modules
of markup tell what of a text is said.
"""
