"""Words, sentences and spelling of a text. Pure: no disk, no clock.

`lexicon` holds the closed classes of words, `words` cuts and folds words and tells a misspelt one,
`sentences` cuts a text into sentences without losing a character, `variants` knows words written otherwise,
`wordlist` which words a language has.
"""
