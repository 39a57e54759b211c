"""The words by which mail programs mark what they quote, in the languages that they speak.

Data only, all in lower case and one entry a line or `|`. A language missing here is still read by
the language-free rules in `separators`; these tables make the reading surer.
"""

from __future__ import annotations

from enum import StrEnum


class Header(StrEnum):
    """What a header line of a quoted mail tells."""

    FROM = "from"
    DATE = "date"
    SENT = "sent"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"
    OTHER = "other"


def fold(text: str) -> str:
    """Lower case, for comparing; Turkish İ becomes i."""
    return text.lower().replace("\u0307", "")


def _entries(table: str) -> frozenset[str]:
    parts = table.replace("\n", "|").split("|")
    return frozenset(fold(part.strip()) for part in parts if part.strip())


_LABELS: dict[Header, str] = {
    Header.FROM: """
        from|von|de|van|da|od|fra|från|lähettäjä|feladó|kimden|gönderen|от|от кого|отправитель
        від|відправник|de la|expeditor|expéditeur|remitente|remetente|mittente|afsender
        avsender|avsändare|absender|afzender|odesílatel|odosielateľ|nadawca|από|发件人|寄件者
        寄件人|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|من|מאת|šalje|pošiljatelj
        pošiljalec|siuntėjas|nuo|no|saatja|từ|người gửi|จาก|dari|daripada|pengirim|од
        пошиљалац|frá|sendandi|remitent|emetteur|émetteur""",
    Header.TO: """
        to|an|à|a|aan|do|komu|til|till|vastaanottaja|címzett|címzettek|kime|alıcı|кому
        получатель|către|para|destinatario|destinatário|destinataire|destinataires|destinatari
        adresat|adresaci|mottaker|modtager|mottagare|ontvanger|empfänger|príjemca|příjemce
        prima|za|προς|收件人|收件者|宛先|受信者|받는 사람|받는사람|받는이|إلى|אל|kam|kellele
        kepada|đến|tới|người nhận|ถึง|per a|adressat|viðtakandi|送信先""",
    Header.CC: """
        cc|cci|ccn|bcc|copie|copie à|copies|kopie|kopi|kopia|kópia|kopio|másolat|másolatot kap
        bilgi|копия|копія|копие|dw|udw|do wiadomości|cópia|copia|copia carbone|con copia|c.c.
        κοιν|κοινοποίηση|抄送|副本|참조|숨은 참조|نسخة|نسخة إلى|עותק|kopija|skrytá kopie
        kopie an|blindkopie|cc an|afrit|còpia""",
    Header.DATE: """
        date|datum|data|fecha|dato|päivämäärä|päiväys|dátum|tarih|дата|dată|ημερομηνία|日期
        日付|日時|날짜|التاريخ|תאריך|tanggal|tarikh|ngày|วันที่|datums|kuupäev|message du
        dagsetning|датум|date d'envoi|datum odeslání|data wysłania|发送日期""",
    Header.SENT: """
        sent|gesendet|gesendet am|verzonden|verzonden op|envoyé|envoyé le|envoye|inviato
        inviata|enviado|enviado el|enviado em|enviada|enviada em|sendt|skickat|skickad
        lähetetty|küldve|elküldve|küldés ideje|feladás ideje|gönderilen|gönderildi
        gönderme tarihi|gönderim tarihi|отправлено|отправлен|надіслано|изпратено|trimis
        trimisă|trimis la|odesláno|odoslané|odoslaná|poslané|poslano|wysłano|wysłane|στάλθηκε
        απεσταλμένα|发送时间|傳送時間|寄件日期|送信日時|送信日|보낸 날짜|보낸 시간
        تاريخ الإرسال|تم الإرسال|נשלח|dikirim|đã gửi|ngày gửi|išsiųsta|nosūtīts|saadetud
        sent at|sent on|enviat|ส่ง|послато""",
    Header.SUBJECT: """
        subject|betreff|objet|sujet|onderwerp|oggetto|asunto|assunto|emne|ämne|aihe|tárgy|konu
        тема|относно|subiect|předmět|predmet|temat|naslov|zadeva|θέμα|主题|主旨|主題|件名|标题
        제목|الموضوع|נושא|tema|teema|chủ đề|tiêu đề|subjek|perihal|เรื่อง|efni|assumpte|наслов
        betr""",
    Header.OTHER: """
        reply-to|reply to|antwort an|répondre à|rispondi a|risposta|responder a|antwoord aan
        odpovědět komu|svar til|svara till|importance|priority|wichtigkeit|priorität|priorité
        urgentie|prioriteit|belang|důležitost|attachments|attachment|anlagen|anhänge
        pièces jointes|bijlagen|přílohy|allegati|adjuntos|sensitivity|organization
        organisation|list-id|message-id|resent-from|mailing list""",
}

LABELS: dict[str, Header] = {
    label: header for header, table in _LABELS.items() for label in _entries(table)
}
"""Every label of a header line and what it tells. Some are words of another language as well ("do",
"a"): one line alone proves nothing, `separators` wants two."""

WROTE = _entries("""
    wrote|writes|schrieb|schreibt|geschrieben|schreef|geschreven|écrit|ecrit|scritto|scrisse
    scrive|escribió|escribio|escrito|escribe|escreveu|escreve|skrev|skreiv|skrifaði|kirjoitti
    napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|napisał|napisała|napisał(a)|pisze
    napisao|napisala|piše|написал|написала|написал(а)|пишет|пише|писал|написав|написа|írta
    ezt írta|scris|yazdı|yazmış|έγραψε|kirjutas|kirjutis|rakstīja|rašė|menulis|tulis|كتب|كتبت
    كتب/كتبت|כתב|כתבה|כתב/ה|viết|reageerde
""")

WROTE_TAILS = (
    "写道",
    "寫道",
    "写了",
    "のメッセージ",
    "書きました",
    "は書きました",
    "작성",
    "님이 작성",
    "เขียน",
    "제작",
)
"""As `WROTE`, in languages that put no spaces between words: the end of the attribution."""

LEADS = _entries("""
    on|le|am|op|el|il|em|den|d.|w|dnia|dne|dňa|в|у|на|in|på|ai|la|pada|vào|στις|στο|في|בתאריך
    ב|在|於|于|pe|u|dana|ngày|lúc|il giorno|no dia|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr
    sa|so|lun|mar|mer|jeu|ven|sam|dim|po|út|st|čt|pá|ne|ma|wo|vr|za|zo|tir|ons|tor|fre|lør|søn
    ke|to|пн|вт|ср|чт|пт|сб|вс|seg|ter|qua|qui|sex|sáb|dom|mié|jue|vie|pon|wt|śr|czw|pt|sob
    ndz|monday|tuesday|wednesday|thursday|friday|saturday|sunday|hétfő|kedd|szerda|csütörtök
    péntek
""")
"""Words by which an attribution begins ("On Monday …", "Le …", "ср, 30 апр. …")."""

FIRST_PERSON = _entries("i|i've|we|ich|wir|je|nous|ik|wij|we've|io|yo|nosotros|eu|ja|my|já|jeg|jag")
"""Who says of himself that he wrote something is no mail program."""

FORWARDED = _entries("""
    forwarded message|forwarded mail|forwarded by|begin forwarded message
    start of forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten
    beginn der weitergeleiteten|weitergeleitete mail|message transféré|message transmis
    courriel transféré|début du message réexpédié|début du message transféré
    début du message transmis|message réexpédié|e-mail transféré|doorgestuurd bericht
    begin doorgestuurd bericht|doorgestuurde bericht|doorgestuurd e-mail|messaggio inoltrato
    inizio messaggio inoltrato|mensaje reenviado|inicio del mensaje reenviado
    comienzo del mensaje reenviado|mensagem encaminhada|início da mensagem encaminhada
    início da mensagem reencaminhada|mensagem reencaminhada|videresendt meddelelse
    videresendt besked|start på videresendt besked|videresendt melding|videresendt e-post
    videresendte melding|begynnelse på videresendt melding|vidarebefordrat meddelande
    vidarebefordrat mejl|vidarebefordrat brev|början på vidarebefordrat brev
    vidarebefordrat meddelande börjar|välitetty viesti|edelleenlähetetty viesti
    välitetyn viestin alku|továbbított üzenet|továbbított levél|továbbított levél kezdete
    iletilmiş mesaj|iletilen mesaj|iletilen ileti|i̇letilmiş mesaj|i̇letilen ileti
    i̇letinin başlangıcı|yönlendirilmiş ileti|yönlendirilen ileti|пересылаемое сообщение
    пересланное сообщение|перенаправленное сообщение|начало переадресованного сообщения
    начало пересылаемого сообщения|переслане повідомлення|перенаправлене повідомлення
    початок переадресованого повідомлення|початок листа, що пересилається|mesaj redirecționat
    mesaj redirectionat|mesaj redirecţionat|începutul mesajului redirecționat|mesaj retrimis
    mesaj înaintat|přeposlaná zpráva|předaná zpráva|začátek přeposílané zprávy
    přeposlaný e-mail|začátek přeposlané zprávy|preposlaná správa|začiatok preposlanej správy
    odovzdaná správa|treść przekazanej wiadomości|przekazana wiadomość
    wiadomość przesłana dalej|początek przekazywanej wiadomości
    początek przekazanej wiadomości|prosljeđena poruka|proslijeđena poruka
    započni prosljeđenu poruku|početak proslijeđene poruke|posredovano sporočilo
    препратено съобщение|προωθημένο μήνυμα|προωθημένο μηνύμα|αρχή προωθημένου μηνύματος
    转发的邮件|轉寄郵件|轉寄的郵件|转发邮件信息|开始转发的邮件|転送メッセージ
    転送されたメッセージ|전달된 메시지|رسالة معاد توجيهها|الرسالة المعاد توجيهها|הודעה שהועברה
    pesan terusan|pesan yang diteruskan|missatge reenviat|thư được chuyển tiếp|ข้อความที่ส่งต่อ
    edastatud kiri|persiųstas laiškas|pārsūtītā ziņa|áframsent skeyti
""")
"""What stands above a forwarded mail, within dashes or ended by a colon."""

REPLIED = _entries("""
    original message|original email|original mail|original-nachricht|ursprüngliche nachricht
    originalnachricht|ursprüngliche mail|urspr. nachricht|message original|message d'origine
    message initial|courriel original|oorspronkelijk bericht|origineel bericht
    messaggio originale|mensaje original|mensagem original|oprindelig meddelelse
    oprindelig besked|opprinnelig melding|original melding|originalmeddelande
    ursprungligt meddelande|ursprungsmeddelande|alkuperäinen viesti|eredeti üzenet|özgün ileti
    orijinal mesaj|orijinal ileti|исходное сообщение|оригинал сообщения
    первоначальное сообщение|оригінальне повідомлення|вихідне повідомлення|mesaj original
    mesajul original|původní zpráva|původní e-mail|pôvodná správa|pôvodný e-mail
    wiadomość oryginalna|oryginalna wiadomość|wiadomość pierwotna|izvorna poruka
    originalna poruka|izvirno sporočilo|оригинално съобщение|αρχικό μήνυμα|原始邮件|原始郵件
    原邮件|元のメッセージ|原文|원본 메시지|원본 메일|الرسالة الأصلية|הודעה מקורית|pesan asli
    missatge original|thư gốc|ข้อความต้นฉบับ|algne kiri|originalus laiškas|sākotnējā ziņa
    upphaflegt skeyti|reply above this line|please type your reply above this line
    reply message|antworten sie oberhalb dieser zeile|bitte antworten sie über dieser zeile
    répondez au-dessus de cette ligne|antwoord boven deze lijn|odpovězte nad tímto řádkem
    mensaje citado|quoted message|previous message
""")
"""What stands above a quoted mail, within dashes."""

SENT_FROM_MINE = _entries("""
    sent from my|sent via my|sent on my|sent using my|gesendet von meinem|gesendet von meiner
    gesendet mit meinem|envoyé de mon|envoyé depuis mon|envoyé à partir de mon|envoyé avec mon
    verzonden vanaf mijn|verstuurd vanaf mijn|verzonden met mijn|verzonden van mijn
    verstuurd van mijn|verstuurd met mijn|inviato dal mio|inviato da mio|inviato con il mio
    enviado desde mi|enviado do meu|enviado a partir do meu|enviado de mi|enviat des del meu
    sendt fra min|skickat från min|lähetetty minun|odesláno z mého|odoslané z môjho
    odoslané z mojej|wysłane z mojego|wysłano z mojego|trimis de pe|отправлено с моего
    надіслано з мого|poslano z mojega|poslano s mog|发自我的|發自我的|从我的|從我的|đã gửi từ
    gửi từ|ส่งจาก|nosūtīts no mana|saadetud minu|išsiųsta iš mano|dikirim dari
""")
"""How a device signs, at the start of the line: whose it is says enough."""

SENT_BY = _entries("""
    sent from|sent using|sent via|sent with|sent securely from|get outlook for|gesendet von
    gesendet mit|gesendet aus|gesendet über|diese nachricht wurde von
    diese nachricht wurde mit|holen sie sich outlook|laden sie outlook|envoyé de|envoyé depuis
    envoyé à partir|envoyé avec|envoyé par|envoyé via|obtenir outlook|obtenez outlook
    télécharger outlook|téléchargez outlook|verzonden vanaf|verzonden met|verzonden via
    verzonden van|verzonden vanuit|verstuurd vanaf|verstuurd met|verstuurd via
    verstuurd vanuit|outlook voor|download outlook|inviato da|inviato dal|inviato con
    inviata da|scarica outlook|ottieni outlook|enviado desde|enviado con|enviado do|enviado de
    enviado a partir|enviado pelo|enviada do|obtener outlook|obter outlook|obtenha o outlook
    baixe o outlook|sendt fra|sendt med|sendt via|hent outlook|få outlook|skickat från
    skickat med|skickades från|hämta outlook|lähetetty|hanki outlook|odesláno z|odesláno ze
    odesláno pomocí|posláno z|stáhnout outlook|získat outlook|získejte outlook
    stáhněte si outlook|odoslané z|odoslané zo|poslané z|získajte outlook|wysłane z|wysłano z
    wysłano ze|wysłane ze|pobierz program outlook|pobierz outlook|poslano s|poslano z
    poslano sa|trimis din|descărcați outlook|отправлено с|отправлено из|скачать outlook
    надіслано з|надіслано із|изпратено от|στάλθηκε από|αποστολή από|أرسلت من|أُرسلت من|مرسل من
    تم الإرسال من|נשלח מ|傳送自|töltse le az outlook|az outlook|outlook beszerzése
""")
"""How a device or a mail program signs, at the start of the line; one of `DEVICES` must follow."""

SENT_BY_ENDS = (
    ("von ", "gesendet"),
    ("mit ", "gesendet"),
    ("vanaf mijn ", "verzonden"),
    ("van mijn ", "verzonden"),
    ("", "küldve"),
    ("", "gönderildi"),
    ("", "gönderilmiştir"),
    ("", "から送信"),
    ("", "から送信されました"),
    ("", "에서 보냄"),
    ("", "에서 보냈습니다"),
    ("", "에서 전송됨"),
    ("", "edinin"),
)
"""The same where the verb comes last: start and end of the line, one of `DEVICES` between."""

DEVICES = tuple(
    _entries("""
    iphon|ipad|ipod|apple mail|macbook|android|samsung|galaxy|huawei|xiaomi|redmi|oppo
    oneplus|nokia|motorola|pixel|wiko|sony|xperia|blackberry|nexus|lenovo|alcatel|fairphone
    windows phone|windows mail|mail for windows|lumia|outlook|yahoo|gmail|hotmail|k-9
    protonmail|proton mail|thunderbird|spark|sparrow|mailbird|gmx|web.de|zimbra|webmail|mobile
    mobiltelefon|mobilu|smartphone|tablet|handy|téléphone|telefon|telefoon|telefono|teléfono
    telefone|puhelime|смартфона|телефона|планшета|почт|mail.ru|手机|手機|网易|bluemail|edison
    airmail|mailspring|superhuman|fastmail|tutanota|posteo|mail app|mailapp|icloud|for ios
    pour ios|für ios|freemail|laposte|orange mail|vivaldi
""")
)
"""What a device line names; without one of them it is a sentence like another."""

SIGN_OFFS = _entries("""
    regards|best regards|kind regards|warm regards|kindest regards|with kind regards
    with best regards|best|best wishes|yours sincerely|sincerely|sincerely yours
    yours faithfully|yours truly|many thanks and regards|thanks and regards|thanks & regards
    thanks and best regards|cheers and regards|rgds|br|kr|cordially|mit freundlichen grüßen
    mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|freundliche grüsse
    mit besten grüßen|beste grüße|beste grüsse|viele grüße|viele grüsse|liebe grüße
    liebe grüsse|herzliche grüße|herzliche grüsse|mit herzlichen grüßen|schöne grüße|mfg|vg|lg
    hochachtungsvoll|gruß|grüße|gruss|grüsse|cordialement|bien cordialement|bien à vous
    salutations|meilleures salutations|sincères salutations|salutations distinguées|cdlt|cdt
    bàv|amicalement|respectueusement|avec mes meilleures salutations|met vriendelijke groet
    met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|mvg|groeten|groet
    hartelijke groet|hartelijke groeten|met hartelijke groet|groetjes|hoogachtend|s pozdravem
    s přátelským pozdravem|s úctou|zdravím|přeji hezký den|děkuji a přeji hezký den
    se srdečným pozdravem|s pozdravom|pozdrawiam|z poważaniem|z wyrazami szacunku
    serdecznie pozdrawiam|cordiali saluti|distinti saluti|saluti|cordialmente
    un cordial saludo|saludos|saludos cordiales|atentamente|un saludo|atenciosamente|att
    cumprimentos|com os melhores cumprimentos|abraços|med venlig hilsen|venlig hilsen
    med vennlig hilsen|mvh|hilsen|vennlig hilsen|vänliga hälsningar|med vänlig hälsning
    med vänliga hälsningar|hälsningar|bästa hälsningar|ystävällisin terveisin|terveisin
    üdvözlettel|tisztelettel|saygılarımla|saygılar|с уважением|з повагою|με εκτίμηση|cu stimă
    cu respect|lep pozdrav|srdačan pozdrav|lp|敬具|此致|此致敬礼
""")
"""By which a letter closes, the whole line, without its comma."""

GREETINGS = _entries("""
    hi|hello|hey|dear|good morning|good afternoon|good evening|hallo|guten tag|guten morgen
    sehr geehrte|sehr geehrter|liebe|lieber|moin|servus|grüezi|bonjour|bonsoir|salut|cher
    chère|madame|monsieur|beste|geachte|goedemorgen|goedemiddag|goedendag|dag|dobrý den
    dobré ráno|ahoj|vážený|vážená|vážení|zdravím|ciao|buongiorno|gentile|egregio|hola
    buenos días|buenas tardes|estimado|estimada|olá|bom dia|boa tarde|caro|prezado|hej|hei
    god morgen|god dag|kære|kjære|bästa|moi|hyvä|terve|szia|tisztelt|kedves|merhaba|sayın
    здравствуйте|добрый день|привет|уважаемый|добрий день|dzień dobry|cześć|szanowny|szanowna
    witam|bună|stimate|γεια|αγαπητέ|您好|你好|こんにちは|안녕하세요|مرحبا|שלום
""")
"""By which a letter opens, at the start of a short line."""

FORWARD_PREFIXES = _entries("""
    fw|fwd|wg|tr|rv|i|vs|vl|vb|vbs|ilt|i̇lt|yml|pd|enc|fs|doorst|ret|fp|odp fwd|továbbítás|tov
    rif|eno|proslj|пер|перес|fvd|hp|ht|forw|forward|weitergeleitet|trans|transf|vid
    videresendt|vidarebefordrat|välitetty|прд|转发|转寄|轉寄|転送|전달|πρθ|přep|prep|pren|pr
    ed|redir|пд|прсл|hwd|fwrd|przek|przekazane
""")
"""What a subject of a forwarded mail begins with, before the colon."""
