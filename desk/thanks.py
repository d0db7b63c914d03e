"""A mere "thank you": it asks for nothing, so it does not put a closed ticket back to work."""

from __future__ import annotations

import re

_LONGEST = 120  # characters; whoever writes more says something
_WORDS = re.compile(r"[^\W\d_]+")

# The text must consist of these alone, with one of the first group among them. No word that denies is in
# either: "спасибо, не помогло" has to reach a person.
_THANKS = """
    спасибо спасибочки спс благодарю благодарим благодарна благодарен благодарны
    дякую дякуємо дякс спасибі вдячна вдячний вдячні
    thanks thank thx ty cheers
    kiitos kiitti kiitoksia kiitokset kiitän
"""
_BESIDE = """
    большое огромное вам вас тебе за помощь ответ оперативность быстро быстрый все заработало работает
    теперь помогло очень и хорошо отлично супер ок окей да добрый день здравствуйте всего доброго хорошего
    дня коллеги разобрались получилось уже
    велике щиро за допомогу відповідь швидку швидко усе запрацювало працює тепер допомогло дуже і й та
    добре чудово гаразд так добрий гарного дня колеги вийшло вже
    you very so much a lot many for the your help quick reply answer it all works now working great good
    perfect ok okay yes that helped did and have nice day everyone
    paljon avusta kaikki toimii nyt hyvä hienoa selvä joo se auttoi ja teille sinulle nopeasta vastauksesta
    hyvää päivänjatkoa oikein
"""
# Thumbs, folded hands, hearts, smiles, roses, handshakes; skin tones, joiners and variation selectors.
_GESTURE = re.compile("[👍🙏👌❤♥😊🙂😀😃😄😁☺🌹💐🤝👏🔥✅💯🥰😍🎉\U0001f3fb-\U0001f3ff\ufe0f\u200d\\s!)]+")


def _folded(words: str) -> frozenset[str]:
    return frozenset(words.casefold().replace("ё", "е").split())


_SAYS_THANKS = _folded(_THANKS)
_KNOWN = _SAYS_THANKS | _folded(_BESIDE)


def is_thanks(text: str) -> bool:
    """Whether a text says nothing but thanks, in any of the desk's languages, or is but a thumb up."""
    if len(text) > _LONGEST or "?" in text or any(char.isdigit() for char in text):
        return False
    words = [word.casefold().replace("ё", "е") for word in _WORDS.findall(text)]
    if not words:
        return bool(text.strip()) and _GESTURE.fullmatch(text) is not None
    return all(word in _KNOWN for word in words) and any(word in _SAYS_THANKS for word in words)
