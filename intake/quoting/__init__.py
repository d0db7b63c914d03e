"""How mail programs announce what they quote, language by language, and what each line of a mail is.

A column of the table holds alternatives of a regular expression, matched without regard to case. To teach
the desk another language or program, add words there; the rules need no change.

Seen in: Gmail, Outlook, Apple Mail, Yandex, Mail.ru, Thunderbird, The Bat!, K-9, Yahoo, ukr.net.
"""
