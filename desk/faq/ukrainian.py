"""Stems of Ukrainian words by their endings.

There is no Snowball stemmer for Ukrainian. Of 60 questions dictionaries found one (pymorphy3) or two more
(simplemma) than these rules do, for 22 and 69 MB of memory and half a second or two of loading.
"""

_VOWELS = frozenset("аеиіоуюяєї")
_SHORTEST = 3  # letters of a stem
_REFLEXIVE = ("ся", "сь")
_ENDING = """
ість ості істю ення енням енню еннях ання анням анню аннях іння інням інню тися ого ому ими іми ої ою ій им
ім их іх ий а я у ю і ї е є о и ами ями ові еві єві ах ях ам ям ом ем єм ею єю ів їв ь й увати ювати овувати
ати яти ити іти їти ути ти уть ють ать ять ить іть ував увала ували ала яла ила іла али яли или іли ав яв ив
ує ює уєте юєте уємо юємо ають яють аємо яємо аєте яєте ає яє имо ите еш иш їш єш ано ено ований ована оване
овані ена ене ені аний ана ане ані ений
"""  # of adjectives, nouns and verbs
_ENDINGS = frozenset(_ENDING.split())
_LONGEST = max(map(len, _ENDINGS))


def stem(word: str) -> str:
    """The part of a word (in lower case) that its forms have in common, or most of them."""
    if len(word) <= _SHORTEST + 1:
        return word
    kept = word[:-2] if word.endswith(_REFLEXIVE) and len(word) >= 6 else word
    for long in range(min(_LONGEST, len(kept) - _SHORTEST), 0, -1):
        if kept[-long:] in _ENDINGS and not _VOWELS.isdisjoint(kept[:-long]):
            kept = kept[:-long]
            break
    return kept[:-1] if kept[-1] == kept[-2] else kept
