"""The words that clients write around quoted history, one entry a language: data only.

Words are compared casefolded and NFC-composed, with blanks collapsed and emphasis, bidi
marks and zero-width characters taken off (`words.key`). Alternatives are parted by `|`.

* sender, to, cc, date, sent, subject, other: labels of a header block ("From:"); memos
  and cover sheets say `date` as well, `sent` ("Gesendet:") is said of mail.
* leads: words that open an attribution ("On", "Am", "Le").
* verbs: what an attribution ends with ("wrote", "a écrit").
* loose: verbs that stories use as well ("he said:"); an attribution only above a quote.
* before: verbs that stand before the name ("schrieb Bob:").
* nameless: what stands behind those in prose, where no name does ("wrote to me:").
* separators: phrases between dashes ("-----Original Message-----").
* alone: phrases that are nothing else, even without dashes or colon.
* openers: phrases before a colon on a line of their own ("Begin forwarded message:").
* below: what points from above a quote to the answers in or below it.

To teach mailsig a language, add an entry; nothing else has to change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; each field holds alternatives parted by `|`."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    date: str = ""
    sent: str = ""
    subject: str = ""
    other: str = ""
    leads: str = ""
    verbs: str = ""
    loose: str = ""
    before: str = ""
    nameless: str = ""
    separators: str = ""
    alone: str = ""
    openers: str = ""
    below: str = ""


LANGUAGES: dict[str, Words] = {
    "en": Words(
        sender="from|sender",
        to="to|recipient|recipients",
        cc="cc|bcc|copy",
        date="date|received|date sent",
        sent="sent|sent at|sent on",
        subject="subject|re",
        other="reply-to|reply to|importance|priority|attachments|attachment|organization"
        "|newsgroups|sensitivity|categories|when|where|company|message-id|x-mailer"
        "|mailing-list|list-id|return-path|resent-from|resent-to|resent-date|in-reply-to"
        "|references|followup-to|mail-followup-to|delivered-to|sender name|on behalf of"
        "|title",
        leads="on|at|in message|in article|quoting|citing|excerpts from|quoth",
        verbs="wrote|writes|has written|wrote the following|wrote back|wrote to you",
        loose="sent|said|says|replied|responded|posted|scribbled|typed|asked|quoth"
        "|commented|left a comment|sent a message",
        before="wrote|writes|quoting",
        nameless="to|that|me|us",
        separators="original message|forwarded message|original mail|original email"
        "|original e-mail|original text|reply message|replied message|reply to message"
        "|forwarded mail|forwarded email|forward message|forwarded by|forwarded from"
        "|original appointment|message from|start of forwarded message|quoted message"
        "|previous message|reply above this line|please type your reply above this line"
        "|fwd message|forwarded msg|original msg"
        "|message original|reply separator|previous mail|end of original message"
        "|begin forwarded text|end forwarded text|forwarded conversation"
        "|forwarded mail follows|original message follows|previous email",
        alone="original message processed by david®|reply above this line"
        "|please reply above this line|write your reply above this line"
        "|original message processed by david",
        openers="begin forwarded message|forwarded message|forwarded mail"
        "|start of forwarded message|begin forwarded email|original message"
        "|begin quoted message|original message follows",
        below="below|inline|in-line|in line|interspersed",
    ),
    "de": Words(
        sender="von|absender",
        to="an|empfänger",
        cc="kopie|kopie an|blindkopie|cc|bcc",
        date="datum|versendet|empfangen|verschickt|erhalten",
        sent="gesendet|gesendet am",
        subject="betreff|betr.|betr|thema",
        other="antwort an|antworten an|wichtigkeit|anlagen|anhang|anhänge|organisation"
        "|priorität|vertraulichkeit",
        leads="am|vom|zitat von|in|um",
        verbs="schrieb|geschrieben|hat geschrieben|schrieb folgendes|schreibt"
        "|hat folgendes geschrieben",
        loose="meinte|sagte|schrieben",
        before="schrieb|schrieben|geschrieben von|schreibt|zitat von",
        nameless="mir|uns|er|sie",
        separators="ursprüngliche nachricht|ursprüngliche mail|ursprüngliche e-mail"
        "|original-nachricht|originalnachricht|original nachricht"
        "|weitergeleitete nachricht|weitergeleitete mail|weitergeleitete e-mail"
        "|originalmail|original-mail|original mail|original-e-mail|ursprünglicher termin"
        "|weitergeleitet von|antwort auf nachricht|nachricht weitergeleitet"
        "|ende der weitergeleiteten nachricht|urspr. nachricht|urspruengliche nachricht"
        "|ursprungliche nachricht|originalmessage|ursprüngl. nachricht",
        openers="anfang der weitergeleiteten nachricht"
        "|anfang der weitergeleiteten e-mail|weitergeleitete nachricht"
        "|anfang weitergeleitete nachricht|ursprüngliche nachricht"
        "|beginn der weitergeleiteten nachricht",
        below="unten|inline|im text|darunter",
    ),
    "fr": Words(
        sender="de|expéditeur|de la part de",
        to="à|a|destinataire|pour|destinataires",
        cc="cc|cci|copie|copie à|copie cachée",
        date="date|reçu|date d'envoi|message du",
        sent="envoyé|envoyé le|envoyée|envoyé à|envoye",
        subject="objet|sujet",
        other="répondre à|pièces jointes|importance|organisation|pièce jointe|pj",
        leads="le|selon|en date du|en date de|dans son message du|citation de|du",
        verbs="a écrit|a ecrit|écrivait|écrit|vous a écrit|a écrit ceci"
        "|a écrit ce qui suit|m'a écrit",
        loose="nous a dit|a dit|a répondu|a envoyé",
        before="a écrit|citation de",
        separators="message d'origine|message original|message transféré"
        "|message transmis|message réexpédié|message initial|courriel original"
        "|message transfere|courriel d'origine|mail original|mail transféré"
        "|message d’origine|courrier original|courriel transféré|mail d'origine"
        "|réacheminé par|transféré par|message de réponse|transmis par",
        openers="début du message réexpédié|début du message transféré|message transféré"
        "|message réexpédié|message d'origine|début de message"
        "|début du courriel transféré",
        below="ci-dessous|plus bas|dans le texte",
    ),
    "es": Words(
        sender="de|remitente",
        to="para|a|destinatario|destinatarios",
        cc="cc|cco|copia|copia a|con copia",
        date="fecha|recibido",
        sent="enviado|enviado el|enviada el|enviado a las",
        subject="asunto",
        other="responder a|adjuntos|importancia|datos adjuntos|prioridad|archivos adjuntos",
        leads="el|citando|en|con fecha|a las|quoting",
        verbs="escribió|escribio|ha escrito|escribía|escribe|escribió lo siguiente"
        "|escribiste",
        loose="dijo|respondió|envió",
        before="escribió|escribio|escribe",
        separators="mensaje original|mensaje reenviado|correo original|mensaje enviado"
        "|mensaje inicial|correo reenviado|mensaje de respuesta|reenviado por"
        "|mensaje anterior|texto original",
        openers="inicio del mensaje reenviado|mensaje reenviado"
        "|comienzo del mensaje reenviado|inicio de mensaje reenviado|mensaje original"
        "|empieza el mensaje reenviado",
        below="abajo|más abajo|a continuación",
    ),
    "pt": Words(
        sender="de|remetente",
        to="para|destinatário|a",
        cc="cc|cco|cópia|com cópia|c/c|cc/",
        date="data|recebido|data de envio",
        sent="enviado|enviada em|enviado em|enviada|enviado a|enviado às",
        subject="assunto",
        other="responder para|responder a|anexos|importância|prioridade|anexo",
        leads="em|citando|no dia|a|às|na|no|aos",
        verbs="escreveu|escreveu o seguinte|escreve",
        loose="disse|respondeu|enviou",
        before="escreveu",
        separators="mensagem original|mensagem encaminhada|mensagem reencaminhada"
        "|mensagem enviada|mensagem anterior|e-mail original|email original"
        "|mensagem de resposta|encaminhado por|mensagem inicial",
        openers="início da mensagem reencaminhada|início da mensagem encaminhada"
        "|mensagem encaminhada|inicio da mensagem encaminhada|mensagem reencaminhada",
        below="abaixo|em baixo",
    ),
    "it": Words(
        sender="da|mittente",
        to="a|per|destinatario|destinatari",
        cc="cc|ccn|copia|p.c.|per conoscenza|copia a",
        date="data|data invio|ricevuto|spedito",
        sent="inviato|inviata|inviato il",
        subject="oggetto|ogg",
        other="rispondi a|rispondi|allegati|priorità|importanza|allegato",
        leads="il|citando|in data|il giorno|alle|in",
        verbs="ha scritto|scrive|scrisse|ha scritto quanto segue|hai scritto"
        "|hanno scritto|scriveva",
        loose="ha detto|ha inviato",
        before="ha scritto",
        separators="messaggio originale|messaggio inoltrato|messaggio originario"
        "|email originale|mail originale|messaggio di risposta|inoltrato da"
        "|messaggio precedente|msg. originale",
        openers="inizio messaggio inoltrato|inizio del messaggio inoltrato"
        "|messaggio inoltrato|inizio messaggio originale",
        below="sotto|qui sotto|di seguito",
    ),
    "nl": Words(
        sender="van|afzender",
        to="aan|naar",
        cc="cc|bcc|kopie",
        date="datum|ontvangen",
        sent="verzonden|verstuurd|verzonden op",
        subject="onderwerp|betreft",
        other="antwoord aan|bijlagen|prioriteit|urgentie|beantwoorden|organisatie",
        leads="op|citeren|quoting|in",
        verbs="schreef|geschreven|heeft het volgende geschreven|het volgende geschreven"
        "|heeft geschreven|schreef het volgende|schrijft|schreef u",
        loose="zei",
        before="schreef|schreef het volgende",
        separators="oorspronkelijk bericht|origineel bericht|doorgestuurd bericht"
        "|oorspronkelijke bericht|originele bericht|oorspronkelijke e-mail"
        "|doorgezonden bericht|doorgestuurde bericht|oorspronkelijke mail"
        "|doorgestuurd door|origineel mail|oorspronkelijke afspraak",
        openers="begin doorgestuurd bericht|doorgestuurd bericht"
        "|begin van doorgestuurd bericht",
        below="hieronder|onderstaand",
    ),
    "da": Words(
        sender="fra|afsender",
        to="til",
        cc="cc|kopi|bcc",
        date="dato|modtaget",
        sent="sendt|sendt den",
        subject="emne",
        other="svar til|vedhæftede filer|prioritet|vedhæftet",
        leads="den|på|d.|kl.|citat af",
        verbs="skrev|skriver|har skrevet|skrev følgende|skrev således",
        loose="sagde",
        before="skrev|skrev følgende|skriver",
        separators="oprindelig meddelelse|oprindelig besked|videresendt meddelelse"
        "|videresendt besked|original meddelelse|original besked|videresendt af"
        "|oprindelig mail|videresendt mail|oprindelig e-mail",
        openers="start på videresendt besked|videresendt besked"
        "|begynd videresendt besked|start på videresendt meddelelse"
        "|begin videresendt besked",
        below="nedenfor|nedenunder",
    ),
    "no": Words(
        sender="fra|avsender",
        to="til|mottaker",
        cc="kopi|cc|bcc|blindkopi|kopi til",
        date="dato|mottatt",
        sent="sendt|sendt den",
        subject="emne",
        other="svar til|vedlegg|prioritet",
        leads="den|på|kl.|man.|tir.|ons.|tor.|fre.|lør.|søn.|siterer",
        verbs="skrev|skriver|har skrevet|skrev følgende",
        loose="sa",
        before="skrev|skrev følgende|skriver",
        separators="opprinnelig melding|videresendt melding|videresendt e-post"
        "|original melding|opprinnelig e-post|videresendt av|opprinnelig beskjed",
        openers="videresendt melding|start på videresendt melding"
        "|begynnelse på videresendt melding|videresendt e-post",
        below="nedenfor|nedenunder",
    ),
    "sv": Words(
        sender="från|avsändare",
        to="till|mottagare",
        cc="kopia|cc|bcc|hemlig kopia|kopia till",
        date="datum|mottaget",
        sent="skickat|skickades|skickat den|sänt|skickad",
        subject="ämne|rubrik",
        other="svara till|bifogade filer|prioritet|svar till|bilagor",
        leads="den|på|kl|kl.|citerar",
        verbs="skrev|skriver|har skrivit|skrev följande",
        loose="sade|svarade",
        before="skrev|skrev följande|skriver",
        separators="ursprungligt meddelande|vidarebefordrat meddelande"
        "|originalmeddelande|vidarebefordrat mejl|ursprungligt mejl|ursprungligt mail"
        "|vidarebefordrat brev|vidarebefordrat av|vidaresänt meddelande"
        "|ursprungligt e-brev",
        openers="vidarebefordrat mejl|vidarebefordrat brev"
        "|början på vidarebefordrat meddelande|vidarebefordrat meddelande"
        "|början på vidarebefordrat mejl|början av vidarebefordrat meddelande",
        below="nedan|nedanför",
    ),
    "fi": Words(
        sender="lähettäjä|keneltä",
        to="vastaanottaja|kenelle|vastaanottajat",
        cc="kopio|cc|piilokopio|kopiot",
        date="päivämäärä|päiväys|pvm|päivä|vastaanotettu",
        sent="lähetetty",
        subject="aihe|otsikko",
        other="vastausosoite|liitteet|tärkeys|vastaa|liite",
        leads="klo|pvm|lainaus",
        verbs="kirjoitti|kirjoittaa|kirjoitit|kirjoitti seuraavasti|kirjoittanut",
        loose="sanoi",
        before="kirjoitti",
        separators="alkuperäinen viesti|välitetty viesti|edelleenlähetetty viesti"
        "|lähetetty viesti|alkuperäinen sähköposti|edelleen lähetetty viesti"
        "|uudelleenohjattu viesti",
        openers="välitetty viesti alkaa|välitetty viesti|edelleenlähetetty viesti",
        below="alempana",
    ),
    "pl": Words(
        sender="od|nadawca",
        to="do|adresat|odbiorca",
        cc="dw|udw|kopia|do wiadomości|cc",
        date="data|otrzymano|data wysłania",
        sent="wysłano|wysłane|wysłany|wysłana",
        subject="temat",
        other="odpowiedz do|załączniki|priorytet|ważność|załącznik|odpowiedź do",
        leads="dnia|cytowanie|w dniu|w|on|w wiadomości|użytkownik|o",
        verbs="napisał|napisała|napisał(a)|pisze|napisał/a|napisano|napisał/-a|napisali"
        "|odpisał|odpisała",
        before="napisał|napisała|napisał(a)|pisze|wiadomość napisana przez",
        separators="oryginalna wiadomość|przekazana wiadomość|wiadomość oryginalna"
        "|wiadomość przesłana dalej|treść przekazanej wiadomości|wiadomość przekazana"
        "|wiadomość źródłowa|treść oryginalnej wiadomości|wiadomość pierwotna"
        "|przesłana wiadomość|oryginalny e-mail|treść przekazywanej wiadomości"
        "|przekazana wiadomośc|wiadomość przesłana przez",
        openers="początek przekazywanej wiadomości|początek przekazanej wiadomości"
        "|przekazana wiadomość|wiadomość napisana przez|oryginalna wiadomość",
        below="poniżej",
    ),
    "cs": Words(
        sender="od|odesílatel|odesilatel",
        to="komu|příjemce|pro",
        cc="kopie|cc|skrytá kopie|na vědomí",
        date="datum|přijato|datum odeslání",
        sent="odesláno|odesláno dne",
        subject="předmět|předmet|věc",
        other="odpovědět|přílohy|důležitost|priorita|komu odpovědět",
        leads="dne|v|ve|po|út|st|čt|pá|so|ne|cituji",
        verbs="napsal|napsala|napsal(a)|napsal/a|píše|uvedl|uvedla|napsali",
        before="napsal|napsala|napsal(a)",
        separators="původní zpráva|přeposlaná zpráva|původní e-mail|původní email"
        "|přeposlána zpráva|předaná zpráva|puvodni zprava|přesměrovaná zpráva"
        "|puvodní zpráva|originální zpráva|přeposlal",
        openers="začátek přeposílané zprávy|přeposlaná zpráva|začátek přeposlané zprávy",
        below="níže",
    ),
    "sk": Words(
        sender="od|odosielateľ",
        to="komu|pre|adresát|príjemca",
        cc="kópia|cc|skrytá kópia|na vedomie",
        date="dátum|prijaté",
        sent="odoslané|odoslaná|poslané",
        subject="predmet|vec",
        other="odpovedať|prílohy|dôležitosť|priorita",
        leads="dňa|v|vo|po|ut|st|št|pi|so|ne|citát",
        verbs="napísal|napísala|napísal(a)|napísal/a|píše|napísali|uviedol|napísal/-a",
        before="napísal|napísala|napísal(a)",
        separators="pôvodná správa|preposlaná správa|pôvodný e-mail|originálna správa"
        "|povodna sprava|presmerovaná správa|preposlaný e-mail",
        openers="začiatok preposlanej správy|preposlaná správa",
        below="nižšie",
    ),
    "hu": Words(
        sender="feladó|küldő|kitől",
        to="címzett|címzettek|kinek",
        cc="másolat|másolatot kap|titkos másolat|cc|másolat címzettjei",
        date="dátum|küldés dátuma|érkezett|küldés ideje",
        sent="elküldve|küldve",
        subject="tárgy",
        other="válaszcím|mellékletek|fontosság|melléklet",
        leads="ekkor|dátum|időpont|idézet",
        verbs="írta|ezt írta|írja|a következőt írta|az alábbit írta|következőt írta|ír"
        "|írta a következőt",
        before="ezt írta|írta|a következőt írta|az alábbit írta",
        separators="eredeti üzenet|továbbított üzenet|eredeti levél|továbbított levél"
        "|eredeti e-mail|továbbított e-mail|továbbküldött üzenet",
        openers="továbbított levél kezdete|továbbított üzenet|továbbított levél",
        below="alább",
    ),
    "ro": Words(
        sender="de la|expeditor|expeditorul|de",
        to="către|destinatar|destinatarul|pentru|la|catre",
        cc="cc|copie|bcc|cci",
        date="data|dată|primit",
        sent="trimis|trimis la|trimisă|expediat",
        subject="subiect|subiectul",
        other="răspunde la|atașamente|importanță|răspuns către",
        leads="pe|în|in|la|pe data de|la data|în data de|lun.|mar.|mie.|joi|vin.|sâm.|dum.",
        verbs="a scris|scrie|a scris următoarele|ați scris|a zis|scria",
        before="a scris",
        separators="mesaj original|mesaj redirecționat|mesajul original"
        "|mesaj redirectionat|mesajul redirecționat|mesaj inițial|mesajul inițial"
        "|mesaj retransmis|mesaj transmis mai departe|redirecționat de"
        "|mesaj redirecţionat",
        openers="începe mesajul redirecționat|mesaj redirecționat"
        "|început mesaj redirecționat",
        below="mai jos",
    ),
    "ru": Words(
        sender="от|от кого|отправитель",
        to="кому|получатель|для",
        cc="копия|скрытая копия|cc|копия для",
        date="дата|получено|дата отправки",
        sent="отправлено|послано|отправлен",
        subject="тема",
        other="ответить|вложения|важность|обратный адрес|адрес для ответа",
        leads="в|во|от|пн|вт|ср|чт|пт|сб|вс|дата|цитирую",
        verbs="написал|написала|написал(а)|пишет|написали|написал/а|писал|писала|пишете"
        "|писал(а)|написал (а)|вы писали|вы написали",
        loose="сообщил|сказал",
        before="написал|написала|пишет|написал(а)|вы писали|писал",
        separators="исходное сообщение|пересылаемое сообщение|перенаправленное сообщение"
        "|оригинальное сообщение|исходное письмо|пересылаемое письмо"
        "|пересланное сообщение|пересланное письмо|переадресованное сообщение"
        "|первоначальное сообщение|перенаправленное письмо"
        "|пересылка сообщения"
        "|конец пересылаемого сообщения|переслано|начальное сообщение"
        "|конец переадресованного сообщения",
        openers="начало переадресованного сообщения|пересылаемое сообщение"
        "|начало пересылаемого сообщения|пересланное сообщение"
        "|перенаправленное сообщение",
        below="ниже",
    ),
    "uk": Words(
        sender="від|від кого|відправник",
        to="кому|отримувач|одержувач",
        cc="копія|прихована копія|cc",
        date="дата|отримано",
        sent="надіслано|відправлено|надісланий",
        subject="тема",
        other="відповісти|вкладення|важливість|додатки",
        leads="у|в|о|пн|вт|ср|чт|пт|сб|нд|від|цитую",
        verbs="написав|написала|написав(ла)|пише|написали|написав(-ла)|писав|написав/ла",
        before="написав|написала|пише|писав|писала",
        separators="перенаправлене повідомлення|переслане повідомлення"
        "|вихідне повідомлення|оригінальне повідомлення|початкове повідомлення"
        "|первинне повідомлення|пересилаємий лист|пересланий лист"
        "|оригінал повідомлення"
        "|повідомлення, що пересилається|перенаправлений лист",
        openers="початок листа, що пересилається|переслане повідомлення"
        "|початок переадресованого повідомлення|початок пересланого повідомлення",
        below="нижче",
    ),
    "bg": Words(
        sender="от",
        to="до|на|за",
        cc="копие|як|cc|скрито копие",
        date="дата|получено",
        sent="изпратено|изпратен|изпратена",
        subject="относно|тема|предмет",
        other="отговор до|прикачени файлове",
        leads="на|в|от",
        verbs="написа|пише|писа|написала|каза",
        before="написа|пише|писа",
        separators="оригинално съобщение|препратено съобщение|първоначално съобщение"
        "|препратено писмо|оригинално писмо|препращане на съобщение",
        openers="начало на препратеното съобщение|препратено съобщение",
    ),
    "sr": Words(
        sender="šalje|од|шаље|pošiljalac|пошиљалац|od",
        to="za|за|prima|прима|primalac",
        cc="kopija|копија|cc|bcc",
        date="datum|датум",
        sent="poslato|послато|poslano",
        subject="naslov|наслов|tema|тема|predmet|предмет",
        leads="dana|дана|u|у|на|na|dan",
        verbs="napisao|napisala|napisao je|je napisao|је написао|је написао/ла|написао"
        "|написала је|napisala je|piše|пише|napisao/la|je napisao/la|је написала"
        "|napisao/la je",
        before="napisao je|je napisao|је написао|piše|napisao/la je|је написао/ла",
        separators="originalna poruka|прослеђена порука|оригинална порука"
        "|prosleđena poruka|izvorna poruka|изворна порука|preusmerena poruka"
        "|преусмерена порука",
        openers="početak prosleđene poruke|почетак прослеђене поруке",
    ),
    "hr": Words(
        sender="šalje|od|pošiljatelj|posiljatelj",
        to="prima|za|primatelj|do",
        cc="kopija|cc|bcc|skrivena kopija",
        date="datum|primljeno|vrijeme",
        sent="poslano",
        subject="predmet|naslov|tema",
        other="odgovori na|privitci",
        leads="dana|dan|u|na|pon|uto|sri|čet|pet|sub|ned|citiram",
        verbs="napisao|napisala|je napisao|je napisala|napisao je|napisala je"
        "|napisao/la je|je napisao/la|piše|napisao/la|je napisao(la)|je napisao/napisala"
        "|je poslao",
        before="napisao je|je napisao|piše|je napisao/la|napisao/la je|napisala je",
        separators="izvorna poruka|proslijeđena poruka|originalna poruka|poslana poruka"
        "|prosljeđena poruka|originalna pošta|preusmjerena poruka",
        openers="započni proslijeđenu poruku|proslijeđena poruka"
        "|početak proslijeđene poruke",
    ),
    "sl": Words(
        sender="od|pošiljatelj|posiljatelj",
        to="za|prejemnik|komu",
        cc="kp|kopija|cc|skp|v vednost",
        date="datum|prejeto|datum in ura",
        sent="poslano",
        subject="zadeva|predmet",
        leads="dne|v|je|dne,|citiram",
        verbs="je napisal|je napisala|je napisal(a)|napisal|napisala|piše|je napisal/-a"
        "|je napisal/a|napisal/a|napisal(a)|sporoča",
        before="je napisal|je napisala|piše|je oseba|je napisal(a)",
        separators="izvirno sporočilo|posredovano sporočilo|originalno sporočilo"
        "|izvorno sporočilo|prvotno sporočilo|posredovana pošta",
        openers="začetek posredovanega sporočila|posredovano sporočilo",
    ),
    "et": Words(
        sender="saatja|kellelt",
        to="saaja|adressaat|kellele",
        cc="koopia|cc|pimekoopia",
        date="kuupäev|saatmisaeg|saatmise aeg",
        sent="saadetud",
        subject="teema|pealkiri",
        other="vastus|manused",
        leads="kuupäev|kuupäeval|kell|kirjutas",
        verbs="kirjutas|kirjutab|kirjutas järgmist|on kirjutanud",
        before="kirjutas|kirjutab",
        separators="algne kiri|edastatud kiri|algne sõnum|edastatud sõnum|originaalkiri"
        "|algteade|edasisaadetud kiri",
        openers="edastatud kirja algus|edastatud kiri|edastatud sõnumi algus",
    ),
    "lv": Words(
        sender="no|sūtītājs|nosūtītājs",
        to="kam|adresāts|saņēmējs|līdz",
        cc="kopija|cc|kopijas",
        date="datums|nosūtīšanas datums|saņemts",
        sent="nosūtīts|sūtīts",
        subject="temats|tēma|temata nosaukums|priekšmets",
        leads="datums|plkst.|citēju",
        verbs="rakstīja|rakstija|raksta|uzrakstīja|rakstījis|ir rakstījis",
        before="rakstīja|raksta|lietotājs",
        separators="sākotnējais ziņojums|pārsūtītais ziņojums|oriģinālais ziņojums"
        "|pārsūtīta ziņa|sākotnējā ziņa|pārsūtīts ziņojums|sākotnējā vēstule",
        openers="pārsūtītā ziņojuma sākums|pārsūtīts ziņojums",
    ),
    "lt": Words(
        sender="nuo|siuntėjas|kas",
        to="kam|gavėjas|iki|adresatas",
        cc="kopija|cc|nematoma kopija",
        date="data|gauta|išsiuntimo data",
        sent="išsiųsta|siųsta",
        subject="tema",
        leads="data",
        verbs="rašė|parašė|rašo|parašė taip",
        before="rašė|parašė|rašo",
        separators="pradinis laiškas|persiųstas laiškas|originalus pranešimas"
        "|persiųstas pranešimas|pirminis pranešimas|pradinis pranešimas"
        "|originalus laiškas|peradresuotas laiškas",
        openers="persiųsto laiško pradžia|persiųstas laiškas",
    ),
    "tr": Words(
        sender="kimden|gönderen|kimden gelen",
        to="kime|alıcı|alıcılar|kime gönderildi",
        cc="bilgi|cc|gizli|bcc|kopya|bilgi için",
        date="tarih|gönderme tarihi|gönderim tarihi|alındı",
        sent="gönderilen|gönderildi",
        subject="konu",
        other="yanıt adresi|yanıtla|ekler|önem",
        leads="tarihinde",
        verbs="yazdı|şunu yazdı|şunları yazdı|tarihinde yazdı|yazmış|yazıyor|dedi ki"
        "|tarihinde şunu yazdı|tarafından yazılan",
        before="yazdı|şunu yazdı|şunları yazdı",
        separators="orijinal mesaj|iletilmiş mesaj|iletilen ileti|orjinal mesaj"
        "|özgün ileti|iletilen mesaj|asıl ileti|yönlendirilmiş ileti|özgün mesaj"
        "|orijinal ileti|yönlendirilen mesaj|yönlendirilmiş mesaj|ilk mesaj",
        openers="ileti başlangıcı|iletilen ileti başlangıcı|iletilmiş mesaj başlangıcı"
        "|iletilen mesaj",
        below="aşağıda",
    ),
    "el": Words(
        sender="από|αποστολέας",
        to="προς|παραλήπτης|για",
        cc="κοιν|κοινοποίηση|cc|κρυφή κοινοποίηση|κοιν.|αντίγραφο",
        date="ημερομηνία|ημ/νία|ελήφθη",
        sent="αποστολή|στάλθηκε|εστάλη",
        subject="θέμα",
        other="απάντηση σε|συνημμένα",
        leads="στις|την|στις:|στην|τη|στη|ημερομηνία|παραθέτοντας|περιορίζοντας",
        verbs="έγραψε|γράφει|έγραψε τα εξής|έγραψαν|είπε|έγραψε ο χρήστης",
        before="έγραψε|γράφει|ο χρήστης|έγραψε ο χρήστης",
        separators="αρχικό μήνυμα|προωθημένο μήνυμα|προωθούμενο μήνυμα|αρχικό email"
        "|πρωτότυπο μήνυμα|προωθημένο email",
        openers="αρχή προωθημένου μηνύματος|έναρξη προωθημένου μηνύματος|αρχικό μήνυμα"
        "|προωθημένο μήνυμα",
    ),
    "he": Words(
        sender="מאת|מ|שולח|מ-",
        to="אל|ל|נמען|אל-|עבור",
        cc="עותק|העתק|cc|העתק לידיעה|לידיעה",
        date="תאריך|התקבל",
        sent="נשלח|נשלח ב|נשלח בתאריך",
        subject="נושא|הנידון|נדון",
        leads="ב|בתאריך|ביום|ב-|בתאריך יום|בשעה|את",
        verbs="כתב|כתבה|כתב/ה|כתבו|נכתב על ידי|נכתב על-ידי",
        before="כתב|כתבה|כתב/ה|מאת|נכתב על ידי",
        separators="הודעה מקורית|הודעה שהועברה|הודעה מועברת|הודעה מקורית של",
        openers="תחילת ההודעה שהועברה|תחילת הודעה מועברת|להלן הודעה שהועברה|הודעה מועברת",
    ),
    "ar": Words(
        sender="من|المرسل|من طرف",
        to="إلى|الى|المستلم|المرسل إليه|المستلمون",
        cc="نسخة|نسخة إلى|cc|نسخة مخفية|نسخة الى",
        date="تاريخ|التاريخ|تاريخ الإرسال",
        sent="تم الإرسال|أرسلت|الإرسال|أُرسل|تم الارسال|مرسل",
        subject="الموضوع|موضوع|بخصوص",
        leads="في|بتاريخ|يوم|في تاريخ|فى|في يوم",
        verbs="كتب|كتبت|كتب/ت|كتبَ|كَتَب|قام بكتابة|تمت كتابة ما يلي|كتب ما يلي|كتبوا|قال",
        before="كتب|كتبت|تمت كتابة ما يلي بواسطة|بواسطة|كتب/ت",
        separators="الرسالة الأصلية|رسالة معاد توجيهها|الرسالة المحولة|رسالة أصلية"
        "|رسالة محولة|الرسالة المعاد توجيهها|رسالة معادة التوجيه|الرسالة الاصلية"
        "|رسالة مُعاد توجيهها|رسالة مُعاد إرسالها",
        openers="بدء الرسالة المعاد توجيهها|بداية الرسالة المحولة"
        "|بدأت الرسالة المعاد توجيهها",
    ),
    "fa": Words(
        sender="از|فرستنده",
        to="به|گیرنده",
        cc="رونوشت|کپی|cc",
        date="تاریخ",
        sent="ارسال شده|ارسال‌شده|ارسال",
        subject="موضوع|عنوان",
        leads="در تاریخ|در|تاریخ|روز|نقل قول",
        verbs="نوشت|نوشته|نوشته است|نوشته‌است|چنین نوشت|نوشتند",
        before="نوشت|نوشته",
        separators="پیام اصلی|پیام فرستاده‌شده|پیام هدایت شده|پیام بازارسال شده"
        "|پیام ارسال‌شده|پیام ارجاعی",
        openers="شروع پیام ارسالی|آغاز پیام بازارسال شده",
    ),
    "hi": Words(
        sender="प्रेषक|से",
        to="प्रति|प्राप्तकर्ता|सेवा में",
        cc="प्रतिलिपि|cc",
        date="दिनांक|तारीख|तिथि",
        sent="भेजा गया",
        subject="विषय",
        leads="को|दिनांक",
        verbs="ने लिखा|लिखा|ने लिखा है|को लिखा|लिखा गया",
        before="ने लिखा",
        separators="मूल संदेश|अग्रेषित संदेश|मूल ईमेल",
        openers="अग्रेषित संदेश आरंभ|अग्रेषित संदेश",
    ),
    "zh": Words(
        sender="发件人|發件人|寄件者|寄件人|发信人|发送人|發信人|来自|從",
        to="收件人|收信人|至|收件者|到|發至",
        cc="抄送|副本|密送|密件抄送|副本抄送|抄送人|抄送者",
        date="日期|时间|時間",
        sent="发送时间|寄件日期|發送時間|发送日期|傳送時間|发信时间|传送日期|已发送"
        "|發送日期|已傳送|傳送日期|寄件時間|发件时间",
        subject="主题|主題|主旨|标题|標題",
        other="附件|重要性|回复至|回覆至|回复地址",
        leads="在|于|於|你在|您在|引用|引述",
        verbs="写道|寫道|撰写|写到|来信|撰寫|写过|寫到|您写道|發表|写下|写了",
        before="写道|寫道|写信给|来信",
        separators="原始邮件|原始郵件|转发邮件|轉寄郵件|回复的原邮件|转发的邮件"
        "|转发邮件信息|轉寄的郵件|邮件原件|原邮件|原始信件|原始訊息|已轉寄的訊息"
        "|转发的消息|原始消息|转发信息|轉發郵件|回覆的原郵件|原郵件|转发消息|轉送郵件"
        "|转发的原邮件|已轉寄郵件|已转发邮件|转发原邮件|回复邮件|答复邮件",
        openers="下面是被转发的邮件|以下是转发的邮件|開始轉寄郵件|以下是轉寄的郵件"
        "|转发邮件|开始转发邮件|以下是被轉寄的郵件|下面是转发的邮件",
    ),
    "ja": Words(
        sender="差出人|送信元|送信者|発信者|from",
        to="宛先|送信先|受信者|宛て先",
        cc="cc|bcc|写し",
        date="日時|日付|作成日時",
        sent="送信日時|送信日|受信日時|送信時刻",
        subject="件名|題名|タイトル",
        other="添付ファイル|返信先|重要度|添付",
        leads="引用",
        verbs="のメッセージ|のメール|が書きました|は書きました|書きました"
        "|さんは書きました|が書いた|さんが書きました|さんからのメール|が送信"
        "|が書き込みました|のコメント|さんのメール|wrote|のメッセージです|さんが書いたメッセージ",
        separators="元のメッセージ|転送メッセージ|メッセージを転送|転送メール|元のメール"
        "|オリジナルメッセージ|ここから転送|元メッセージ|転送されたメッセージ|転送元"
        "|以下転送|original メッセージ",
        openers="転送されたメッセージ|転送メッセージ|以下は転送されたメッセージです"
        "|以下、転送|以下転送|ここから転送されたメッセージ",
    ),
    "ko": Words(
        sender="보낸 사람|보낸사람|보낸이|발신|발신자|보낸 이",
        to="받는 사람|받는사람|받는이|수신|수신자|받는 이|받는",
        cc="참조|숨은 참조|숨은참조|cc",
        date="날짜|일시|작성일",
        sent="보낸 날짜|보낸날짜|발송일|보낸 시간|보낸시간|보낸 일시|전송일시",
        subject="제목",
        other="첨부|첨부파일|답장 받는 사람",
        verbs="작성|님이 작성|님이 작성하였습니다|님이 작성한 메시지|작성하였습니다"
        "|님이 쓴 글|님의 말|님이 다음을 작성|이 씀|가 씀|이(가) 쓴 내용|이(가) 보낸 메시지"
        "|작성함|님이 작성함|님이 쓰셨습니다"
        "|작성했습니다|님의 메시지|을(를) 인용합니다|이(가) 쓴 글",
        before="작성",
        separators="원본 메시지|전달된 메시지|원본 메일|원본메시지|전달 메시지|원본메일"
        "|전달된 메일|원래 메시지|전달 메일",
        openers="전달된 메시지 시작|전달된 메시지|전달된 메일",
    ),
    "vi": Words(
        sender="từ|người gửi",
        to="đến|tới|người nhận|gửi đến|gửi tới",
        cc="cc|bcc|đồng kính gửi|đồng gửi",
        date="ngày|thời gian",
        sent="đã gửi|ngày gửi|gửi|gửi lúc",
        subject="tiêu đề|chủ đề|chủ để|đề tài",
        leads="vào|ngày|vào lúc|lúc|vào ngày",
        verbs="đã viết|viết|đã viết như sau|đã gửi|viết như sau",
        before="đã viết|viết",
        separators="thư gốc|tin nhắn gốc|thư đã chuyển tiếp|tin nhắn chuyển tiếp"
        "|thư được chuyển tiếp|thư chuyển tiếp|tin nhắn đã chuyển tiếp|thông điệp gốc",
        openers="bắt đầu tin nhắn được chuyển tiếp|bắt đầu thư được chuyển tiếp"
        "|bắt đầu thư đã chuyển tiếp",
    ),
    "th": Words(
        sender="จาก|ผู้ส่ง",
        to="ถึง|ผู้รับ",
        cc="สำเนา|สำเนาถึง|cc|สำเนาลับ",
        date="วันที่|เวลา",
        sent="ส่ง|ส่งเมื่อ|ส่งวันที่",
        subject="เรื่อง|หัวเรื่อง|หัวข้อ",
        leads="เมื่อ|ในวันที่|วันที่|ใน",
        verbs="เขียนว่า|เขียน|ได้เขียน|เขียนไว้ว่า|ได้เขียนว่า|ได้เขียนข้อความว่า",
        before="เขียนว่า|เขียน",
        separators="ข้อความต้นฉบับ|ข้อความที่ส่งต่อ|ข้อความเดิม|จดหมายต้นฉบับ|อีเมลต้นฉบับ|ข้อความที่ถูกส่งต่อ",
        openers="เริ่มข้อความที่ส่งต่อ|ข้อความที่ส่งต่อ",
    ),
    "id": Words(
        sender="dari|daripada|pengirim",
        to="kepada|untuk|penerima|ke",
        cc="tembusan|cc|bcc|salinan",
        date="tanggal|waktu|tarikh",
        sent="dikirim|terkirim|dikirim pada|dihantar",
        subject="subjek|perihal|hal|judul|subyek|tajuk",
        leads="pada|pada tanggal|tanggal|pada hari|pada tarikh",
        verbs="menulis|ditulis|tulis|berkata|menulis sebagai berikut|telah menulis"
        "|membalas",
        before="menulis",
        separators="pesan asli|pesan yang diteruskan|pesan terusan|pesan diteruskan"
        "|mesej asal|mesej dimajukan|pesan asal|email asli|pesan dialihkan",
        openers="mulai pesan terusan|awal pesan yang diteruskan"
        "|mulai pesan yang diteruskan",
    ),
    "ca": Words(
        sender="de|remitent",
        to="per a|a|destinatari|per",
        cc="cc|còpia|cco|c/c",
        date="data|data d'enviament",
        sent="enviat|enviat el|enviat a les",
        subject="assumpte|tema",
        leads="el|missatge de|el dia|en data|a|s'està citant",
        verbs="va escriure|ha escrit|escrigué|ha dit|escriu|va dir",
        before="va escriure|ha escrit|missatge de",
        separators="missatge original|missatge reenviat|missatge redirigit|correu original",
        openers="inici del missatge reenviat|comença el missatge reenviat"
        "|missatge reenviat",
    ),
    "gl": Words(
        sender="de|dende|remitente",
        to="para|a",
        cc="cc|copia",
        date="data",
        sent="enviado|enviado o",
        subject="asunto",
        leads="o|en|o día|estase citando",
        verbs="escribiu|escribeu|dixo|ha escrito",
        before="escribiu",
        separators="mensaxe orixinal|mensaxe reenviada",
        openers="inicio da mensaxe reenviada|mensaxe reenviada",
    ),
    "eu": Words(
        sender="nork|bidaltzailea|igorlea",
        to="nori|hartzailea|hartzaileak",
        cc="cc|kopia",
        date="data|noiz",
        sent="bidaltze-data|bidalia",
        subject="gaia",
        verbs="idatzi du|hau idatzi du|igorleak hau idatzi du|idatzi zuen|idatzia|idatzita"
        "|hau idatzi zuen|(e)k idatzi du|igorleak hau idatzi zuen",
        before="idatzi du|idatzi zuen",
        separators="jatorrizko mezua|birbidalitako mezua|mezu originala"
        "|berbidalitako mezua",
        openers="birbidalitako mezuaren hasiera|birbidalitako mezua",
    ),
    "is": Words(
        sender="frá|sendandi",
        to="til|viðtakandi",
        cc="afrit|cc|samrit",
        date="dagsetning|dags",
        sent="sent|sent þann",
        subject="efni|viðfangsefni",
        leads="þann|þ.|á|hinn|vísa til",
        verbs="skrifaði|ritaði|skrifar|skrifaði eftirfarandi",
        before="skrifaði|ritaði",
        separators="upprunaleg skilaboð|áframsend skilaboð|upphafleg skilaboð"
        "|upprunalegur póstur|framsend skilaboð|áframsendur póstur",
        openers="upphaf áframsendra skilaboða|áframsend skilaboð",
    ),
    "mk": Words(
        sender="од",
        to="до|за",
        cc="копија|cc",
        date="датум",
        sent="испратено",
        subject="наслов|предмет|тема",
        leads="на|во",
        verbs="напиша|пишува|напишал|напишала",
        before="напиша|пишува",
        separators="оригинална порака|препратена порака|изворна порака",
        openers="почеток на препратената порака|препратена порака",
    ),
    "sq": Words(
        sender="nga|dërguesi",
        to="për|drejtuar",
        cc="kopje|cc",
        date="dërguar|data|dërguar më",
        subject="subjekti|tema|lënda",
        leads="më|në",
        verbs="shkroi|ka shkruar|shkruajti",
        before="shkroi|ka shkruar",
        separators="mesazhi origjinal|mesazhi i përcjellë|mesazh i përcjellë",
        openers="mesazh i përcjellë|fillimi i mesazhit të përcjellë",
    ),
    "ka": Words(
        sender="გამგზავნი|ვისგან",
        to="მიმღები|ვის",
        cc="ასლი",
        date="გაგზავნილია|გაიგზავნა|თარიღი|გაგზავნის დრო",
        subject="თემა|საგანი",
        verbs="წერდა|დაწერა|წერს|მა დაწერა",
        separators="საწყისი წერილი|საწყისი მესიჯი|გადაგზავნილი წერილი"
        "|ორიგინალი შეტყობინება",
        openers="გადაგზავნილი წერილი|გადაგზავნილი შეტყობინება",
    ),
    "kk": Words(
        sender="кімнен|жіберуші",
        to="кімге|алушы",
        cc="көшірме",
        date="жіберілді|күні|жіберілген",
        subject="тақырыбы|тақырып",
        verbs="жазды|деп жазды|былай деп жазды|жазған",
        separators="бастапқы хабар|қайта жіберілген хабар|түпнұсқа хабар",
        openers="қайта жіберілген хабар|қайта бағытталған хабар",
    ),
    "sw": Words(
        sender="kutoka kwa|kutoka",
        to="kwa",
        cc="nakala",
        date="tarehe|imetumwa",
        subject="mada|kichwa",
        leads="mnamo|tarehe",
        verbs="aliandika|ameandika",
        separators="ujumbe asili|ujumbe uliosambazwa",
        openers="ujumbe uliosambazwa",
    ),
    "tl": Words(
        sender="mula kay|mula sa",
        to="para kay|para sa",
        date="petsa|ipinadala",
        subject="paksa",
        leads="noong",
        verbs="isinulat|sumulat",
        before="isinulat ni|sumulat si",
        separators="orihinal na mensahe|ipinasang mensahe",
        openers="ipinasang mensahe",
    ),
    "af": Words(
        sender="van",
        to="aan",
        cc="kopie|cc",
        date="datum",
        sent="gestuur|versend",
        subject="onderwerp",
        leads="op",
        verbs="geskryf|het geskryf|skryf|het die volgende geskryf",
        before="skryf",
        separators="oorspronklike boodskap|aangestuurde boodskap|oorspronklike e-pos",
        openers="begin aangestuurde boodskap|aangestuurde boodskap",
    ),
    "nn": Words(
        sender="frå|avsendar",
        to="til|mottakar",
        cc="kopi|kopi til",
        date="dato",
        sent="sendt",
        subject="emne",
        leads="den",
        verbs="skreiv|har skrive",
        before="skreiv",
        separators="opphavleg melding|vidaresend melding",
        openers="vidaresend melding",
    ),
    "be": Words(
        sender="ад|ад каго|адпраўнік",
        to="каму|атрымальнік",
        cc="копія",
        date="дата",
        sent="адпраўлена|даслана",
        subject="тэма",
        verbs="піша|напісаў|напісала|напісаў(ла)|напісаў(-ла)",
        before="напісаў|напісала|піша",
        separators="арыгінальнае паведамленне|зыходны ліст|зыходнае паведамленне"
        "|перасланае паведамленне|перасланы ліст",
        openers="перасланае паведамленне|пачатак перасланага паведамлення",
    ),
    "cy": Words(
        sender="oddi wrth",
        to="derbynnydd|derbyniwr",
        cc="copi",
        date="dyddiad",
        sent="anfonwyd|danfonwyd",
        subject="pwnc",
        verbs="ysgrifennodd",
        before="ysgrifennodd",
        separators="neges wreiddiol|neges wedi'i hanfon ymlaen|neges wedi ei hanfon ymlaen",
        openers="neges wedi'i hanfon ymlaen|neges wedi ei hanfon ymlaen",
    ),
    "ga": Words(
        sender="ó|seoltóir|seolaí",
        to="chuig",
        cc="cóip",
        date="dáta",
        sent="seolta",
        subject="ábhar|ábhair",
        verbs="scríobh|a scríobh",
        before="scríobh",
        separators="bunteachtaireacht|an bhunteachtaireacht|an teachtaireacht bhunaidh"
        "|teachtaireacht curtha ar aghaidh",
        openers="teachtaireacht curtha ar aghaidh",
    ),
    "eo": Words(
        sender="de|sendinto|sendanto",
        to="ricevanto|ricevonto",
        cc="kopio",
        date="dato",
        sent="sendita|sendita je",
        subject="temo",
        verbs="skribis",
        before="skribis",
        separators="originala mesaĝo|plusendita mesaĝo",
        openers="plusendita mesaĝo",
    ),
    "fy": Words(
        sender="fan|ôfstjoerder",
        to="oan",
        cc="kopy",
        date="datum",
        sent="ferstjoerd",
        subject="ûnderwerp|underwerp",
        verbs="skreau|hat skreaun",
        before="skreau",
        separators="oarspronklik berjocht|orizjineel berjocht|trochstjoerd berjocht",
        openers="trochstjoerd berjocht",
    ),
    "lb": Words(
        sender="vun|ofsender",
        to="un|empfänger",
        cc="kopie",
        date="datum",
        sent="geschéckt|verschéckt",
        subject="sujet|betreff",
        verbs="schreift|huet geschriwwen|schrouf",
        before="schreift|schrouf",
        separators="original-message|original message|weidergeleete message"
        "|weidergeleet noriicht",
        openers="weidergeleete message|weidergeleet noriicht",
    ),
    "az": Words(
        sender="kimdən|göndərən",
        to="kimə|alıcı",
        cc="nüsxə",
        date="tarix",
        sent="göndərilib|göndərildi",
        subject="mövzu",
        verbs="yazıb|yazdı|yazmışdır",
        before="yazıb",
        separators="orijinal məktub|orijinal mesaj|yönləndirilmiş məktub"
        "|yönləndirilmiş mesaj",
        openers="yönləndirilmiş məktub|yönləndirilmiş mesaj",
    ),
    "uz": Words(
        sender="kimdan|yuboruvchi",
        to="kimga",
        cc="nusxasi|nusxa",
        date="sana",
        sent="yuborilgan|jo'natilgan",
        subject="mavzu",
        verbs="yozdi|yozgan",
        before="yozgan kun|yozdi",
        separators="asl xat|asl xabar|yo'naltirilgan xabar|uzatilgan xabar",
        openers="yo'naltirilgan xabar|uzatilgan xabar",
    ),
    "hy": Words(
        sender="ումից|ուղարկող",
        to="ում|ստացող",
        cc="պատճեն",
        date="ամսաթիվ",
        sent="ուղարկուած|ուղարկված",
        subject="վերնագիր|թեմա",
        verbs="գրել է|գրեց|գրում է|գրել էր",
        separators="առաջին հաղորդագրությունը|նախորդ հաղորդագրութիւնը|սկզբնական նամակ"
        "|վերահասցեագրված նամակ",
        openers="վերահասցեագրված նամակ",
    ),
    "bn": Words(
        sender="প্রেরক|থেকে",
        to="প্রাপক|প্রতি",
        cc="অনুলিপি",
        date="তারিখ",
        sent="প্রেরিত|পাঠানো হয়েছে",
        subject="বিষয়",
        verbs="লিখেছেন|লিখেছে|লিখেছিলেন",
        separators="মূল বার্তা|ফরোয়ার্ড করা বার্তা|ফরওয়ার্ড করা বার্তা",
        openers="ফরোয়ার্ড করা বার্তা|ফরওয়ার্ড করা বার্তা",
    ),
    "mr": Words(
        sender="प्रेषक",
        to="प्रती|प्रति",
        cc="प्रत",
        date="दिनांक",
        sent="पाठवलेले|पाठवले",
        subject="विषय",
        verbs="लिहीले|लिहिले|ने लिहिले|ने लिहीले",
        separators="खरा संदेश|मूळ संदेश|अग्रेषित संदेश",
        openers="अग्रेषित संदेश",
    ),
    "ta": Words(
        sender="அனுப்புநர்|அனுப்புனர்",
        to="பெறுநர்|பெறுனர்",
        cc="நகல்",
        date="தேதி",
        sent="அனுப்பியது|அனுப்பப்பட்டது",
        subject="பொருள்|தலைப்பு",
        verbs="எழுதியது|எழுதினார்|எழுதப்பட்டது",
        separators="உண்மை தகவல்|அசல் செய்தி|முன்னனுப்பப்பட்ட செய்தி",
        openers="முன்னனுப்பப்பட்ட செய்தி",
    ),
    "ml": Words(
        sender="പ്രേഷിതാവ്|പ്രേഷിതൻ",
        to="സ്വീകർത്താവ്",
        cc="പകർപ്പ്",
        date="തീയതി",
        sent="അയച്ചു|അയച്ചത്",
        subject="വിഷയം",
        verbs="എഴുതി|ൽ എഴുതി",
        separators="യഥാർത്ഥ സന്ദേശം|യഥാർഥ സന്ദേശം|യഥാര്ഥ സന്ദേശം|കൈമാറിയ സന്ദേശം",
        openers="കൈമാറിയ സന്ദേശം",
    ),
}

# Month names (and the stems that their short forms share) of the languages that write an
# attribution without a year or a numeric date.
MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|okt"
    "|dez|janv|févr|mars|avr|avril|juin|juil|août|sept|oct|déc|ene|abr|ago|dic|fev|mai|out"
    "|set|gen|mag|giu|lug|ott|maj|maart|mei|kwi|lip|sie|wrz|paź|lis|gru|sty|lut"
)
