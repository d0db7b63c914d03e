"""Words that tell nothing in a question, and languages that glue words together."""

_RUSSIAN = """
и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от
меня еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь вам ведь там потом
себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе
под будет ж тогда кто этот того потому этого какой ним здесь этом один почти мой тем чтобы нее были куда
зачем всех можно при об другой хоть после над больше тот через эти нас про всего них какая много эту моя
свою этой перед чуть том такой им всегда очень это нужно можем хочу хотим могу подскажите пожалуйста
здравствуйте добрый день помогите вопрос спасибо наш нам наша наше нашу сделать почему откуда нельзя хотя
пишет просит нужна нужен
"""

_UKRAINIAN = """
і й та в у не що він на я з із зі як а то все вона так його але ти до ж ви за б би по тільки її мені було
ось від мене ще ні о об чи якщо вже або бути був нього вас вам там потім себе нічого їй може вони тут де є
треба для ми тебе їх чим була сам без під буде тоді хто цей того тому цього який ним цьому один майже мій
тим щоб були куди навіщо всіх можна при інший хоч після над більше той через ці нас про всього них яка
багато цю моя свою цій перед такий їм завжди дуже це потрібно можемо хочу хочемо можу підкажіть будь ласка
вітаю добрий день допоможіть питання дякую наш нам наша наше нашу зробити чому звідки пише просить потрібна
потрібен
"""

_ENGLISH = """
a an the and or but if of at by for with about to from in on is are was were be been being am do does did
doing have has had having i me my we our ours us you your he him his she her it its they them their this
that these those who whom which what when where why how all any both each more most other some such no nor
not only own same so than too very can could will would shall should may might must just don doesn didn won
isn aren t s m re ve ll d im ive dont doesnt cant cannot want wants need needs like please hello hi thanks
help question there here then now get gets got into up out over again also says say
"""

_FINNISH = """
ja tai on ei en et emme ette eivät eivat ole olen olet olemme olette ovat oli olivat ollut se ne sen siitä
siinä siihen niitä niiden tämä tämän tätä nämä minä minun minua minulle sinä sinun hän hänen hänelle me
meidän meitä meillä meille te teidän he heidän heitä heille mikä mitä missä mihin mistä miten miksi milloin
kuka että jos kun kuin niin myös vain mutta eikä enkä nyt enää joka jonka jotka jotain voi voiko voin saako
saan saada pitää haluan haluamme tarvitsen hei kiitos ongelma kysymys apua siellä sieltä täällä kaikki
vaikka jo vielä itse ettei olla tulee tule
"""

STOPS = {
    language: frozenset(words.split())
    for language, words in {"ru": _RUSSIAN, "uk": _UKRAINIAN, "en": _ENGLISH, "fi": _FINNISH}.items()
}

# Languages that write compounds as one word.
GLUES = frozenset({"fi"})
