"""The trade's words that may stand for each other: what clients call what the programs and manuals name."""

_RUSSIAN = """
зарплата заработный получка жалованье начисление
оклад ставка зарплата
сотрудник работник человек люди персонал работница
уволить увольнение уволился расчет
отпуск отпускные отдыхать отгул
больничный нетрудоспособность болеть заболел
премия бонус надбавка
сверхурочные переработка выходной воскресенье
квиток листок листки расчетка
командировка поездка
кадры наём приём устроить принять
ндфл доход подоходный
карта карточка безналичный эквайринг пластик
счет реквизиты карта
чек квитанция
касса аппарат ккм ккт кассовый прилавок
ящик
терминал пинпад эквайринг
весы взвесить взвешивать
сканер считыватель   штрихкод штрихкоды
принтер печать печатать распечатать напечатать
лента рулон бумага
смена день
возврат вернуть возвратить обратно отдать
скидка дешевле акция распродажа уценка
балл бонус лояльность накопительный постоянный
ценник этикетка бирка
инвентаризация переучет пересчет ревизия
остаток количество склад
минус отрицательный минусовой
прайс цена таблица excel эксель xls
загрузить импорт импортировать подтянуть залить внести загрузка
выгрузить экспорт сохранить скачать передать отправить выгрузка
пароль вход логин войти
код смс подтверждение
пользователь сотрудник бухгалтер кассир
права доступ роль разрешить разрешение
запретить закрыть запрет заблокировать блокировка
копия архив бэкап резервный сохранять
восстановить вернуть откатить восстановление
обновить обновление версия релиз последний
медленно тормозить тормозит зависать зависает долго виснет
лицензия ключ номер активация
подключение сеанс пользователь
компьютер ноутбук пк сервер
перенос перенести переехать перетащить переезд
сеть локальный общий совместный
удаленный удаленка дом домашний
ндс налог
декларация отчет отчетность сдать сдавать
выставить выписать выставление выписка
покупатель клиент заказчик контрагент
поставщик контрагент продавец
номер нумерация номера
письмо почта email мейл имейл
исправить корректировка изменить поменять править поправить
регулярный ежемесячный абонентский автоматически повторяющийся
долг задолженность должен дебитор неоплаченный должник
выписка операция клиентбанк банк
платежка платежный поручение платеж
оплата платеж деньги поступление
сверка взаиморасчеты
валюта доллар евро курс
период год месяц прошлый
начальный первоначальный входящий перейти переходить
амортизация износ списывать стоимость
оборудование средство
баланс актив пассив
провести проводиться проведение
накладная документ реализация отгрузка
удалить стереть удаленный удалил стерла пометка
дубль двойник повтор дважды трижды
эцп подпись сертификат электронный
истечь кончиться закончиться просрочить
печать штамп факсимиле
шрифт буква масштаб мелкий крупный
язык перевод
телефон мобильный смартфон
приложение программа
товар номенклатура продукт
индексация повысить поднять повышение подняли прибавка
аванс половина предоплата
"""

_UKRAINIAN = """
зарплата заробітний платня нарахування
оклад ставка зарплата
працівник співробітник людина люди персонал
звільнити звільнення звільняється розрахунок
відпустка відпускні відпочивати відгул
лікарняний непрацездатність хворіти захворів
премія бонус надбавка
надурочні переробка вихідний неділя
квиток листок листки розрахунковий
відрядження поїздка
кадри прийняти прийняття прийом
пдфо дохід доходи
картка карта безготівковий еквайринг
рахунок реквізити картка
чек квитанція
каса апарат рро касовий
ящик шухляда
термінал еквайринг
ваги зважити зважувати зважування
сканер зчитувач   штрихкод
принтер друк друкувати роздрукувати надрукувати
стрічка рулон папір
зміна день
повернення повернути віддати назад
знижка дешевше акція розпродаж
бал бонус лояльність накопичувальний постійний
цінник етикетка
інвентаризація переоблік перерахунок ревізія
залишок кількість склад
мінус від'ємний мінусовий
прайс ціна таблиця excel ексель xls
завантажити імпорт підтягнути внести завантаження ввести
вивантажити експорт зберегти скачати передати надіслати відправити вивантаження
пароль вхід логін увійти зайти
код смс підтвердження
користувач працівник бухгалтер касир
права доступ роль дозволити дозвіл
заборонити закрити заборона заблокувати блокування
копія архів бекап резервний зберігати
відновити повернути відкат відновлення
оновити оновлення версія реліз останній
повільно гальмувати гальмує зависати довго
ліцензія ключ номер активація
підключення сеанс користувач
комп'ютер ноутбук пк сервер
перенесення перенести переїхати перетягнути переїзд
мережа локальний спільний
віддалений дистанційний дім
пдв податок
декларація звіт звітність здати здавати
виставити виписати виставлення виписка
покупець клієнт замовник контрагент
постачальник контрагент продавець
номер нумерація номери
лист пошта email імейл
виправити коригування змінити поміняти правити поправити
регулярний щомісяця абонентський автоматично
борг заборгованість винен дебітор неоплачений боржник
виписка операція клієнтбанк банк
платіжка платіжний доручення платіж
оплата платіж гроші надходження
звірка взаєморозрахунки
валюта долар євро курс
період рік місяць минулий
початковий вхідний перейти переходити
амортизація знос списувати вартість
обладнання засіб
баланс актив пасив
провести проводиться проведення
накладна документ реалізація відвантаження
видалити стерти видалений стерла позначка
дубль двійник двічі тричі
кеп ецп підпис сертифікат електронний ключ
закінчитися скінчитися прострочити
печатка штамп факсиміле
шрифт буква літера масштаб дрібний великий
мова переклад
телефон мобільний смартфон
застосунок програма додаток
товар номенклатура продукт
індексація підвищити підняти підвищення підняли
аванс половина передоплата
"""

_ENGLISH = """
wage wages salary pay payroll earnings
employee staff worker person people somebody someone
dismissal termination leaving leaves quit fired sacked
holiday vacation leave
sick ill illness sickness
bonus allowance
overtime weekend sunday
payslip payslips slip
trip travel journey
hire hiring recruit
income earnings tax
card contactless visa
account details bank
receipt slip
till checkout register cash pos
drawer box
terminal reader pinpad
scales weigh weighing
scanner scan barcode
printer print printing
paper roll ribbon
shift day
return refund back brought
discount cheaper off sale offer promotion
points bonus loyalty regular regulars
tag label sticker
stocktaking stocktake stock inventory count
warehouse stock quantity store
minus negative zero
price spreadsheet excel table xls
load import pull enter type upload
export save download extract
password login sign log
code text sms confirmation
phone telephone mobile smartphone
user colleague bookkeeper cashier accountant
permission permissions right rights access role allow
lock prevent stop block forbid
backup copy archive save
restore recover recovered back
update upgrade release version latest
slow performance ages hangs freezes sluggish long
licence license key activation registration number software
connection session user
computer laptop pc machine server
move transfer migrate migration
network shared together
remote remotely home
vat tax
return filing file submit report
issue bill invoice create
customer client buyer
supplier vendor partner
number numbering numbers
email mail letter message
correct correction change edit
recurring monthly automatic subscription regular
debt receivable overdue owe owes unpaid reminder remind
statement transaction transactions bank
payment order remittance
paid payment money receipt
reconciliation statement balance confirm
currency dollar euro exchange rate
period year month last
opening starting initial switch
depreciation spread cost asset equipment
assets liabilities balance
post posting
delivery document note
delete deleted erase erased removed
duplicate double twice
signature signing certificate key
expired expire ran out
stamp seal logo
font letters size scale small
language translation
app application program software
item article product goods
raise rise increase indexation everyone
advance half
"""

_FINNISH = """
palkka ansio liksa palkanlaskenta
työntekijä henkilö henkilöstö väki ihminen
irtisanominen lopettaa päättyminen lähtee lopputili
loma vuosiloma lomalle
sairas sairaus sairaana poissaolo
lisä bonus
ylityö viikonloppu sunnuntai vapaapäivä
palkkakuitti palkkalaskelma palkkanauha
työmatka matka
palkata rekrytointi palkkaaminen
kortti lähimaksu
tili tilitiedot pankki tilinumero
kuitti
kassa kassakone
laatikko lipas
maksupääte pääte
vaaka punnita punnitus
lukija skanneri viivakoodi
tulostin tulostaa printata tulostus printteri
paperi rulla
vuoro päivä
palautus palauttaa takaisin hyvitys
alennus halvempi tarjous ale kampanja
piste bonus kanta-asiakas vakioasiakas
hintalappu tarra etiketti
inventaario inventointi lasketaan laskea
varasto saldo määrä
miinus negatiivinen
hinta hinnasto taulukko excel
tuoda tuonti syöttää ladata näppäillä
viedä vienti tallentaa tallennus
salasana kirjautua kirjautuminen tunnus sisään
koodi tekstiviesti vahvistus
puhelin kännykkä mobiili
käyttäjä kirjanpitäjä myyjä
oikeus käyttöoikeus rooli
lukita estää lukitus esto
varmuuskopio kopio arkisto
palauttaa palautus takaisin
päivitys päivittää versio uusin
hidas hitaasti kestää jumittaa tökkii
lisenssi avain aktivointi numero
yhteys istunto käyttäjä
tietokone kone läppäri palvelin
siirto siirtää muutto
verkko yhteinen lähiverkko
etätyö etäyhteys koti
alv arvonlisävero vero
ilmoitus veroilmoitus antaa lähettää
lasku laskuttaa laskutus
asiakas ostaja tilaaja
toimittaja kumppani myyjä
numero numerointi
sähköposti posti viesti maili
oikaista oikaisu korjata muuttaa muokata
toistuva kuukausittain automaattinen automatisoida sopimuslasku
velka saatava erääntynyt velkaa muistutus muistuttaa
tiliote tapahtuma verkkopankki
maksu maksumääräys maksuaineisto
suoritus maksu raha maksamaton
täsmäytys saldovahvistus vahvistus
valuutta dollari euro kurssi
kausi vuosi kuukausi viime
alkusaldo avaava aloitus
poisto kuluminen hyödyke
tase vastaava vastattava
kirjata kirjautua kirjaus
lähete tosite asiakirja
poistaa poistettu hävittää
tupla kaksoiskappale kahdesti
allekirjoitus varmenne avain
vanhentunut umpeutunut vanha
leima logo
kirjain fontti koko pieni
kieli käännös
sovellus ohjelma appi
tuote tavara artikkeli
korotus nostaa yleiskorotus
ennakko alkupuoli
"""

SYNONYMS = {
    language: tuple(line for line in table.strip().splitlines())
    for language, table in {
        "ru": _RUSSIAN,
        "uk": _UKRAINIAN,
        "en": _ENGLISH,
        "fi": _FINNISH,
    }.items()
}
