"""The words and phrases of which mere thanks consist, in ru, uk, en and fi.

No word that denies, doubts or asks is among the words: "спасибо, не помогло" has to reach a person. What sounds
like a problem ("ошибка", "error") stands in a phrase alone that says it is over.
"""

# A text must have one of these, or it says something else than thanks.
THANKS = """
    спасибо спасибочки спасибки спс пасиб пасибо благодарю благодарим благодарна благодарен благодарны благодарность
    признательны признателен признательна
    дякую дякуємо дякс дяк дяки спасибі вдячна вдячний вдячні подяка
    thanks thank thx ty tnx cheers appreciated appreciate grateful
    kiitos kiitti kiitoksia kiitokset kiitän kiitämme suurkiitos suurkiitokset kiitollinen
"""
# After which a name may stand.
GREETINGS = """
    здравствуйте день утро вечер привет приветствую
    вітаю вітання дня доброго ранку вечора привіт
    hi hello hey dear hei moi terve moikka heippa
"""
# Nouns are not among them: "ещё консультацию, спасибо" asks for one; they stand in phrases behind "за", "for".
BESIDE = """
    большое человеческое большущее огромное огромнейшее всем вам вас вами тебе быстро все всё заработало работает получилось
    помогло очень сильно хорошо отлично супер замечательно прекрасно великолепно класс круто здорово ура ок окей ага
    да понял поняла поняли понятно ясно принято выручили выручил выручила помогли разобрались сами доброе добрый добрый
    доброго всего коллеги девочки ребята уже теперь наконец именно искренне коллегам специалистам и успехов
    велике величезне щиро сердечно красно вам вас вами тобі швидко все усе запрацювало працює вийшло допомогло дуже
    і й та добре чудово гаразд супер клас круто прекрасно відмінно ура ок окей ага так зрозуміло зрозумів зрозуміла
    ясно прийнято виручили виручив виручила допомогли розібралися добрий доброго всього найкращого колеги уже вже
    тепер нарешті успіхів
    you very so much a an lot many million ton bunch it all everything with works worked working now great good
    perfect perfectly brilliant excellent wonderful awesome amazing fantastic lovely super nice fine cool sorted fixed
    solved resolved ok okay yes yep got understood noted clear team everyone everybody and is are really truly indeed
    stuff well most highly that's it's done morning afternoon helped i'm we're
    paljon kaikki kaikesta kaikille toimii nyt hyvä hyvin hienoa hieno loistavaa loistava mahtavaa mahtava upeaa
    erinomaista mainiota kiva kivaa selvä selvää ymmärrän joo kyllä ok okei juu se auttoi ja teille sinulle sulle
    oikein tosi todella erittäin iso isot suuri suuret tuhannet lämpimät lämmin päivänjatkoa illanjatkoa jatkoa
    huomenta päivää iltaa avusta avustanne tuesta tiedosta tiedoista ohjeista ohjeesta vaivannäöstä palvelusta
    kärsivällisyydestä selvityksestä selityksestä vinkistä toiminnasta avustasi tuestasi vastauksestasi vastauksesta vastauksista nopeasta nopeista pikaisesta
    olen olemme
"""
# What only together is harmless; a space stands for any white space or a comma.
PHRASES = """
    (?:и )?(?:еще раз|от души|как всегда)(?= (?:большое |огромное |вам |вас )*(?:спасибо|благодар))
    (?:спасибо|благодарю|благодарим)(?: вам| вас)? еще раз
    за (?:вашу |ваш |ваше |такую |такой |столь |очень )*(?:оперативн|быстр|подробн|понятн|отличн|качественн|терпелив|полезн|своевременн|)(?:ую |ый |ое |ые )?(?:помощь|поддержку|ответы?|оперативность|скорость|терпение|внимание|содействие|консультацию|подсказку|разъяснени[ея]|пояснени[ея]|объяснени[ея]|информацию|решение(?: вопроса| проблемы)?|работу|участие|понимание|отзывчивость|профессионализм|реакцию|совет|инструкцию)(?: и (?:терпение|оперативность|внимание|помощь|понимание|поддержку|скорость))?
    (?:хорошего|приятного|отличного|удачного|доброго|прекрасного) (?:всем )?(?:дня|вечера|утра|времени суток)
    (?:хороших|приятных|отличных) выходных
    (?:хорошей|отличной|удачной) (?:недели|работы)
    всем (?:вам )?хорошего
    работает как (?:надо|нужно|часы|следует|положено)
    (?:вы )?(?:очень )?(?:спасли|выручили) (?:нас|меня)
    (?:вы )?(?:нам|мне) (?:очень )?(?:помогли|помогло)
    вы (?:лучшие|супер|молодцы|волшебники|лучшая|мне очень помогли)
    (?:вопрос|проблема|задача|ошибка|все|ситуация|обращение|заявка|тема) (?:полностью |уже |теперь )?(?:решен[аоы]?|решил(?:ся|ась|ось)|закрыт[аоы]?|снят[аоы]?|исправлен[аоы]?|устранен[аоы]?|исчезл[аи]|ушла|пропала)
    (?:вопрос|проблему|ошибку) (?:решили|закрыли|исправили|устранили)
    (?:(?:обращение|вопрос|заявку|тикет|его|ее) )?можно (?:уже )?(?:закрыть|закрывать)
    закрывайте(?: (?:обращение|заявку|вопрос|тикет))?
    (?:ошибка|проблема|такого|сообщение) больше не (?:появляется|возникает|повторяется|выходит|вылезает|беспокоит)
    (?:ошибок|проблем|вопросов) больше нет
    больше (?:вопросов|проблем|ошибок) нет
    вопросов нет
    больше ничего не (?:нужно|надо|требуется)
    (?:все )?в порядке
    то что (?:нужно|надо)
    с вами приятно (?:работать|иметь дело)
    (?:і |й |та )?(?:ще раз|від душі|як завжди)(?= (?:велике |щиро |дуже |вам )*(?:дяку|спасибі|вдячн))
    (?:дякую|дякуємо|спасибі)(?: вам)? ще раз
    за (?:вашу |ваш |таку |такий |дуже )*(?:оперативн|швидк|докладн|зрозуміл|чудов|якісн|)(?:у |ий |і )?(?:допомогу|підтримку|відповід[ьі]|оперативність|швидкість|терпіння|увагу|консультацію|підказку|пояснення|роз'яснення|інформацію|рішення|вирішення(?: питання| проблеми)?|роботу|розуміння|пораду)(?: (?:та|і|й) (?:терпіння|оперативність|увагу|допомогу|розуміння|підтримку))?
    (?:гарного|доброго|чудового|приємного|вдалого) (?:усім )?(?:дня|вечора|ранку)
    (?:гарних|приємних) вихідних
    (?:гарного|хорошого) тижня
    (?:ви )?(?:дуже )?(?:врятували|виручили) (?:нас|мене)
    (?:питання|проблем[ау]|помилк[ау]|задач[ау]|звернення|усе|все) (?:повністю |вже |тепер )?(?:вирішен[оаі]|вирішил(?:ося|ась|ася)|закрит[оаеі]|знято|виправлен[оа]|усунуто|зникл[аи])
    (?:питання|проблему|помилку) (?:вирішили|закрили|виправили|усунули)
    (?:(?:звернення|питання|заявку|його) )?можна (?:вже )?(?:закрити|закривати)
    (?:помилка|проблема|таке) більше не (?:з'являється|виникає|повторюється)
    (?:помилок|проблем|питань|запитань) більше (?:немає|нема)
    більше (?:помилок|проблем|питань|запитань) (?:немає|нема)
    більше нічого не (?:треба|потрібно)
    (?:працює|усе|все) як (?:треба|слід|годинник)
    (?:(?:усе|все) )?(?:в|у) порядку
    з вами приємно (?:працювати|мати справу)
    thank(?:s| you)(?: very much| so much| a lot)? (?:again|once more)
    once again
    for (?:sorting|fixing|resolving|solving|clearing) (?:this|that|it|the issue|the problem|everything)(?: out| up)?(?: so)?(?: quickly| fast| promptly)?
    for (?:all |your |the |such |a |that |so |very |this )*(?:(?:quick|fast|prompt|speedy|swift|great|kind|excellent|detailed|clear|patient|amazing|continued) )*(?:help|helping(?: me| us)?|support|assistance|reply|response|answers?|explanation|explaining|information|info|advice|patience|time|effort|service|work|solution|fix|clarification|clarifying|hard work|understanding|getting back to (?:me|us))(?: and (?:patience|help|support|time|quick reply|quick response))?(?: (?:with|on) this| today)?
    (?:it |everything |all |that |is |now )*(?:works?|working|works fine)(?: fine| well| perfectly)? again
    (?:good )?day
    (?:the )?(?:problem|issue|error|question|matter|case)(?: is|'s| has been| was)?(?: now)? (?:solved|fixed|resolved|sorted|gone|closed|settled)
    (?:you (?:can|may)|please|feel free to) (?:now )?close (?:the|this|my) (?:ticket|request|case|issue)
    (?:the )?(?:ticket|request|case) can be closed
    (?:that|this|it) (?:all )?(?:makes sense|did the trick|did it|solved it|fixed it|does it|was it|sorted it|helps a lot|helped(?: a lot)?|worked(?: perfectly| a treat| fine)?|works(?: now| perfectly| fine)?|was (?:very |really |most )?helpful|is (?:very |really )?helpful|is (?:perfect|great|brilliant|fine|all))
    no (?:more|further) (?:problems|issues|questions|errors)
    nothing (?:more|else|further) (?:is )?needed
    no problem
    everything(?:'s| is| now)* (?:works|working|fine|ok|okay|good|great|perfect|in order|solved|sorted|resolved)(?: fine| well)?(?: again)?
    (?:i|we) (?:really |very much |truly )?appreciate (?:it|that|(?:your|the|all your) (?:quick )?(?:help|time|support))
    (?:you are|you're|you've been) (?:the best|a star|great|a lifesaver|(?:very |most )?helpful|amazing|brilliant)
    (?:you )?(?:saved|made) (?:my|our) day
    like a charm
    have a (?:nice|good|great|lovely|wonderful) (?:day|weekend|evening|week|one)
    (?:to )?(?:you |all of you |you all|both|everyone)
    (?:ongelma|vika|virhe|asia|pulma|juttu|tilanne) (?:nyt |jo )?(?:ratkesi|ratkaistu|poistui|hävisi|katosi|korjaantui|korjattu|selvisi|hoitui|hoidettu|kunnossa|on (?:nyt )?(?:ratkaistu|korjattu|poissa|kunnossa|selvä|hoidettu))
    (?:pyynnön|tiketin|asian|sen) (?:voi|voitte|saa) (?:jo |nyt )?sulkea
    (?:pyyntö|asia) voidaan sulkea
    (?:voitte|voit|saa) sulkea (?:pyynnön|tiketin|asian)
    ei (?:muuta|muita kysymyksiä|enempää kysyttävää)
    (?:virhettä|ongelmaa|vikaa) ei enää (?:tule|esiinny|ole|näy)
    kaikki (?:on )?(?:nyt )?(?:hyvin|kunnossa|ok)
    (?:kuin unelma|kuten pitää|niin kuin pitää)
    (?:mukavaa|hyvää|ihanaa|kivaa|rentoa) (?:päivän|viikon|illan)?(?:päivää|viikonloppua|iltaa|viikkoa|jatkoa|loppuviikkoa|kesää)
    vielä kerran
    toimii taas
    (?:pelastit|pelastitte) päiväni
    kun (?:autoit|autoitte)
    nyt (?:se )?toimi
    ei kestä
"""
