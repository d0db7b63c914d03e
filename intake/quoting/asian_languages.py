"""How mail programs announce what they quote in the languages of Asia; words may touch their neighbours."""

from intake.quoting.wording import Wording

ASIAN_LANGUAGES = (
    Wording(
        "zh",
        opens=r"在|于|於",
        weekdays=r"周[一二三四五六日]|星期[一二三四五六日]|週[一二三四五六日]",
        wrote=r"写道|寫道|写到|编写|来信|的邮件",
        sender=r"发件人|發件人|寄件者|寄件人|发信人|来自",
        sent=r"发送时间|發送時間|发送日期|日期|寄件日期|时间|傳送時間|已傳送|发件时间",
        to=r"收件人|收件者|收信人|至",
        copy=r"抄送|副本|密送|重要性|回复|组织",
        subject=r"主题|主題|主旨|标题",
        original=r"原始邮件|原始郵件|原邮件|原始訊息|邮件原件|回复的原邮件",
        forwarded=r"转发邮件(?:信息)?|轉寄郵件|转发的邮件|轉寄的郵件|已转发的邮件|forwarded message",
        begins_forwarded=r"开始转发(?:的)?邮件|下面是被转发的邮件|開始轉寄郵件",
        device=r"[從从]我的 ?.{1,30}?[傳传發发]送|[发發]自我的 ?.{1,30}|[发發]自 ?.{1,30}|通过.{1,20}发送"
        r"|获取 ?outlook.{0,20}"
        r"|取得 ?outlook.{0,20}",
        above=r"请在(?:此|这)(?:行|线)(?:以上|上方)回复.{0,20}",
    ),
    Wording(
        "ja",
        opens=r"日時",
        weekdays=r"[月火水木金土日]曜",
        wrote=r"のメール|さんは書きました|が書きました|は書きました|wrote|さんからのメール",
        sender=r"差出人|送信者|送信元|from",
        sent=r"送信日時|送信日|日時|日付|date",
        to=r"宛先|to|受信者",
        copy=r"cc|重要度|返信先",
        subject=r"件名|題名|subject",
        original=r"元のメッセージ|オリジナル ?メッセージ|元のメール|元メッセージ",
        forwarded=r"転送(?:され(?:た|る))?(?:メッセージ|メール)|転送メッセージ",
        begins_forwarded=r"転送されたメッセージ|以下は?、?転送.{0,20}",
        device=r".{1,40}から送信(?:されました|しました)?。?|.{1,20}版 ?outlook.{0,10}"
        r"|outlook for .{1,20} を入手",
        above=r"この(?:行|線)(?:より|の)上に(?:返信|ご返信|記入).{0,20}",
    ),
    Wording(
        "ko",
        opens=r"보낸 날짜",
        weekdays=r"[월화수목금토일]요일",
        wrote=r"님이 작성(?:하였습니다|한 메시지)?|작성(?:하였습니다)?|님이 쓴 글|님의 메시지|썼습니다",
        sender=r"보낸\s?사람|보낸이|발신자?|보내는\s?사람",
        sent=r"보낸\s?날짜|날짜|보낸 시간|일시",
        to=r"받는\s?사람|받는이|수신자?",
        copy=r"참조|숨은 참조|중요도",
        subject=r"제목",
        original=r"원본 ?(?:메시지|메일|이메일)|원래 메시지",
        forwarded=r"전달된 ?(?:메시지|메일|이메일)|forwarded message",
        begins_forwarded=r"전달된 메시지 시작",
        device=r"(?:나의|내|제) .{1,30}에서 (?:보냄|보낸 메일|전송).{0,3}|.{1,30}에서 (?:보냄|보냈습니다"
        r"|보낸 메시지).?|(?:ios"
        r"|android)용 outlook.{0,20}",
    ),
    Wording(
        "vi, id, th, he, ar, fa, hi",
        opens=r"vào|ngày|pada|tanggal|เมื่อ|ในวันที่|בתאריך|ב-|في|در",
        weekdays=r"th \d|thứ|cn|sen|sel|rab|kam|jum|sab|min|จ\.|อ\.|พ\.|ศ\.|ส\.|יום|الاثنين|الثلاثاء"
        r"|الأربعاء|الخميس|الجمعة|السبت|الأحد",
        wrote=r"đã viết|viết|menulis|เขียนว่า|เขียน|כתב(?:ה|/ה)?|‏?מאת|كتب(?:ت)?|تمت كتابة ما يلي|نوشت"
        r"|ने लिखा",
        sender=r"từ|người gửi|dari|จาก|מאת|من|از",
        sent=r"đã gửi|ngày|gửi lúc|dikirim|tanggal|ส่ง(?:เมื่อ)?|วันที่|נשלח|תאריך|(?:تم )?الإرسال"
        r"|تاريخ(?: الإرسال)?|تاریخ",
        to=r"đến|tới|người nhận|kepada|untuk|ke|ถึง|אל|إلى|به",
        copy=r"cc|สำเนา|עותק|نسخة",
        subject=r"chủ đề|tiêu đề|subjek|perihal|หัวข้อ|เรื่อง|נושא|الموضوع|موضوع",
        original=r"(?:thư|tin nhắn|thông báo) gốc|pesan asli|pesan awal|ข้อความต้นฉบับ|הודעה מקורית"
        r"|(?:ה)?הודעה המקורית"
        r"|الرسالة الأصلية|رسالة أصلية",
        forwarded=r"(?:thư|tin nhắn|forwarded) (?:đã )?chuyển tiếp|pesan terusan|ข้อความที่ส่งต่อ"
        r"|הודעה שהועברה|(?:رسالة|الرسالة) (?:معاد توجيهها|المعاد توجيهها|محوّلة)",
        device=r"(?:được )?gửi (?:từ|bằng) .{1,40}|dikirim dari {D}|ส่งจาก.{1,40}|נשלח מ.{1,30}|(?:أُرسلت"
        r"|تم الإرسال|أرسلت) من .{1,30}|tải outlook.{0,30}",
    ),
)
