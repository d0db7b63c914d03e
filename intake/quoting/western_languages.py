"""How mail programs announce what they quote in the Germanic and Romance languages, and in Greek."""

from intake.quoting.wording import Wording

WESTERN_LANGUAGES = (
    Wording(
        "de",
        opens=r"am|in der nachricht vom",
        weekdays=r"mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend"
        r"|sonntag",
        wrote=r"schrieb(?:en sie)?|schreibt|(?:hat )?geschrieben",
        sender=r"von|absender",
        sent=r"gesendet(?: am)?|datum|verschickt|geschickt",
        to=r"an|empfänger",
        copy=r"cc|kopie(?: \(cc\)| an)?|wichtigkeit|priorität|antwort an|organisation|anlagen?",
        subject=r"betreff",
        original=r"(?:ursprüngliche|originale?) ?-?(?:nachricht|e?-?mail)|original[- ]?(?:nachricht|mail"
        r"|text)"
        r"|ende der ursprünglichen nachricht",
        forwarded=r"(?:weitergeleitete|weiterleitung der) (?:nachricht|e?-?mail)",
        begins_forwarded=r"anfang der weitergeleiteten (?:nachricht|e-mail)",
        device=r"von mein\w+ {D} gesendet|(?:gesendet|verschickt) (?:von|mit|über|aus|via) {D}"
        r"|diese (?:nachricht|mail|e-mail) wurde (?:von|mit) {D} (?:gesendet|verschickt|geschickt)"
        r"|(?:holen sie sich|laden sie|beziehen sie) outlook für .{1,40}|virenfrei\W.{0,30}"
        r"|diese e-mail wurde von .{1,40} auf viren geprüft.{0,20}",
        answers_below=r"antwort\w* .{0,20}(?:unten|im text|rot)|(?:siehe|s\.) unten",
        above=r"(?:bitte )?(?:schreiben sie )?(?:ihre )?antwort(?:en sie)? (?:bitte )?(?:über|oberhalb) "
        r"(?:dieser|diese) (?:linie|zeile).{0,30}",
    ),
    Wording(
        "fr",
        opens=r"le|en date du",
        weekdays=r"lun|mar|mer|jeu|ven|sam|dim",
        wrote=r"(?:nous )?a[ \u00a0]+(?:écrit|dit)|écrivait|écrit",
        sender=r"de|expéditeur",
        sent=r"envoyé(?: le| à)?|date|le",
        to=r"à|a|pour|destinataires?",
        copy=r"cc|copie(?: à)?|importance|répondre à|cci",
        subject=r"objet|sujet",
        original=r"message (?:d['’]origine|original|initial|précédent)|(?:e-?mail|mail"
        r"|courriel) (?:d['’]origine|original)",
        forwarded=r"(?:message|mail|courriel) (?:transféré|réexpédié|transmis)",
        begins_forwarded=r"début du message (?:réexpédié|transféré)",
        device=r"envoyé (?:depuis|de|à partir de|avec|par|via|à l['’]aide de) {D}"
        r"|(?:télécharger|obtenez|obtenir) outlook pour .{1,30}|(?:garanti )?sans virus\W.{0,30}",
        answers_below=r"réponses? .{0,20}(?:ci-dessous|dans le texte|en rouge)|voir ci-dessous",
        above=r"(?:merci de |veuillez )?(?:répondre|répondez|écrire votre réponse|saisir votre réponse)"
        r" au[- ]dessus de cette ligne.{0,30}",
    ),
    Wording(
        "es",
        opens=r"el|con fecha",
        weekdays=r"lun|mar|mié|mie|jue|vie|sáb|sab|dom",
        wrote=r"escribi[óo]|ha escrito|escribe",
        sender=r"de|remitente",
        sent=r"enviad[oa](?: el)?|fecha(?: de envío)?",
        to=r"para|a",
        copy=r"cc|copia|importancia|responder a|cco",
        subject=r"asunto",
        original=r"(?:mensaje|correo)(?: electrónico)? (?:original|de origen|anterior)",
        forwarded=r"(?:mensaje|correo) reenviado",
        begins_forwarded=r"inicio del mensaje reenviado",
        device=r"enviado (?:desde|de|con|por|mediante) {D}|(?:obtener|descargar|obtenga) outlook para .{1,30}"
        r"|libre de virus\W.{0,30}",
        answers_below=r"respuestas? .{0,20}(?:abajo|en rojo|en el texto)",
        above=r"(?:por favor,? )?(?:escriba|responda|escribe|responde)(?: su respuesta)? (?:por )?(?:encima"
        r"|arriba) de "
        r"esta línea.{0,30}",
    ),
    Wording(
        "it",
        opens=r"il(?: giorno)?|in data|alle",
        weekdays=r"lun|mar|mer|gio|ven|sab|dom",
        wrote=r"ha scritto|scrive|scriveva|scrisse",
        sender=r"da|mittente",
        sent=r"inviato(?: il)?|data(?: invio)?",
        to=r"a|per|destinatari[oi]",
        copy=r"cc|priorità|rispondi a|ccn|importanza",
        subject=r"oggetto",
        original=r"(?:messaggio|e-?mail|mail) originale",
        forwarded=r"(?:messaggio|mail) inoltrat[oa]",
        begins_forwarded=r"inizio (?:del )?messaggio inoltrato",
        device=r"inviat[oa] (?:da|dal|con|tramite) {D}|(?:scarica|ottieni) outlook per .{1,30}"
        r"|privo di virus\W.{0,30}",
        answers_below=r"rispost[ae] .{0,20}(?:sotto|in rosso|nel testo)",
        above=r"(?:si prega di )?(?:rispondere|rispondi|scrivi la tua risposta) (?:al di )?sopra (?:a"
        r" )?questa (?:linea|riga).{0,30}",
    ),
    Wording(
        "pt",
        opens=r"em|no dia|a",
        weekdays=r"seg|ter|qua|qui|sex|sáb|sab|dom",
        wrote=r"escreveu|escreve",
        sender=r"de|remetente",
        sent=r"enviad[oa](?: em)?|data(?: de envio)?",
        to=r"para",
        copy=r"cc|importância|responder a|cco|prioridade",
        subject=r"assunto",
        original=r"(?:mensagem|e-?mail) original",
        forwarded=r"mensagem (?:encaminhada|reencaminhada)",
        begins_forwarded=r"início da mensagem (?:encaminhada|reencaminhada)",
        device=r"enviad[oa] (?:do|da|de|a partir d[oae]|pelo|pela|por|com|via|usando) {D}"
        r"|(?:obter|baixar|obtenha) o? ?outlook para .{1,30}|(?:livre de|sem) vírus\W.{0,30}",
        answers_below=r"respostas? .{0,20}(?:abaixo|em vermelho|no texto)",
        above=r"(?:por favor,? )?(?:responda|escreva)(?: a sua resposta| sua resposta)? acima d(?:esta"
        r"|a) linha.{0,30}",
    ),
    Wording(
        "nl",
        opens=r"op",
        weekdays=r"ma|di|wo|do|vr|za|zo",
        wrote=r"schreef|geschreven|schrijft",
        sender=r"van|afzender",
        sent=r"verzonden(?: op)?|datum",
        to=r"aan|naar",
        copy=r"cc|kopie|urgentie|prioriteit|beantwoorden - aan|antwoord aan",
        subject=r"onderwerp",
        original=r"(?:oorspronkelijk|origineel|originele) (?:bericht|e-?mail|mail)",
        forwarded=r"doorgestuurd (?:bericht|e-?mail)|doorgestuurde (?:e-?mail|mail)",
        begins_forwarded=r"begin (?:van )?doorgestuurd bericht",
        device=r"(?:verzonden|verstuurd) (?:vanaf|met|via|vanuit|vanop|van|uit) {D}|(?:download"
        r"|haal) outlook voor .{1,30}"
        r"|virusvrij\W.{0,30}",
        answers_below=r"antwoord\w* .{0,20}(?:hieronder|onder|in het rood)|zie hieronder",
        above=r"(?:gelieve )?(?:typ|schrijf|plaats)?(?: uw| je)? ?(?:antwoord|reageer"
        r"|antwoorden) boven deze (?:lijn|regel).{0,30}",
    ),
    Wording(
        "sv, da, nb, is",
        opens=r"den|på|p\.t\.|kl",
        weekdays=r"mån|tis|ons|tors?|fre|lör|sön|man|tir|lør|søn|mán|þri|mið|fim|fös|lau|sun",
        wrote=r"skrev|skriver|skrifaði|ritaði",
        sender=r"från|fra|frá|avsändare|avsender|afsender",
        sent=r"skickat|sendt|sent|datum|dato|dags",
        to=r"till|til|mottagare|mottaker",
        copy=r"kopia|kopi|cc|prioritet|afrit|svara till|svar til|vedhæftet|vedlegg",
        subject=r"ämne|emne|efni",
        original=r"ursprungligt (?:meddelande|e-?postmeddelande|mail)|ursprungsmeddelande|originalmeddelande"
        r"|oprindelig (?:besked|meddelelse|e?-?mail)|(?:opprinnelig|original) (?:melding|besked|meddelelse"
        r"|e-?post)"
        r"|upphaflegt skeyti",
        forwarded=r"vidarebefordrat (?:meddelande|brev|mejl)|videresendt (?:besked|meddelelse|melding"
        r"|e-?post|mail)",
        begins_forwarded=r"vidarebefordrat (?:brev|mejl|meddelande)|(?:start på )?videresendt (?:besked"
        r"|melding|meddelelse)",
        device=r"(?:skickat|skickades|sändt|sänt|sendt|sent) (?:från|fra|med|via|frá|úr) {D}|från min {D}"
        r"|(?:hämta|skaffa|hent|last ned|få) outlook (?:för|til|for) .{1,30}|(?:virusfri"
        r"|virusfritt)\W.{0,30}",
        answers_below=r"(?:svar|se) .{0,20}(?:nedan|nedenfor|under|i rött|med rødt)",
        above=r"(?:vänligen )?(?:svara|skriv ditt svar|svar|skriv dit svar|skriv svaret ditt) (?:ovanför"
        r"|över|over) "
        r"(?:denna|den här|denne) (?:raden?|linjen?|linje).{0,30}",
    ),
    Wording(
        "ca, ro, el",
        opens=r"el|la|în data|în|pe|στις|την",
        weekdays=r"dl|dt|dc|dj|dv|ds|dg|lun|mar|mie|joi|vin|sâm|dum|δευ|τρί|τετ|πέμ|παρ|σάβ|κυρ",
        wrote=r"va escriure|ha escrit|a scris|scrie|έγραψε|έγραψαν",
        sender=r"de|de la|expeditor|από|αποστολέας",
        sent=r"enviat|data|trimis(?: la)?|στάλθηκε|αποστολή|ημερομηνία|εστάλη",
        to=r"per a|a|către|la|catre|προς|παραλήπτης",
        copy=r"cc|importanță|κοιν(?:οποίηση)?",
        subject=r"assumpte|tema|subiect|θέμα",
        original=r"missatge original|mesaj(?:ul)? (?:original|inițial)|(?:αρχικό|πρωτότυπο) μήνυμα",
        forwarded=r"missatge reenviat|mesaj (?:redirecționat|transmis)|προωθημένο μήνυμα",
        begins_forwarded=r"inici del missatge reenviat|început mesaj redirecționat"
        r"|αρχή προωθημένου μηνύματος",
        device=r"enviat (?:des|amb) {D}|trimis (?:de pe|din|prin|cu) {D}|(?:στάλθηκε|εστάλη) από .{0,20}{D}"
        r"|obțineți outlook pentru .{1,30}",
    ),
)
