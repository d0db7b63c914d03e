"""How mail programs announce what they quote, language by language, and what each line of a mail is.

A column of the table holds alternatives of a regular expression, matched without regard to case. To teach
the desk another language or program, add words there; the rules need no change.

The lines of a mail are told in `lines`, by `marks`, `introductions`, `header_blocks`, `signatures` and
`own_letters`; `html` writes down what only markup says.
"""
