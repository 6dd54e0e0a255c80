"""The language of a page: its own word, checked against its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.metadata.language import choose_language, detect_language, language_code

TEXTS = {
    "en": "The council said on Thursday that the line will be rebuilt, and that it would have to borrow "
    "for it.",
    "de": "Der Bürgermeister sagte am Mittwoch, dass die Straße nicht vor dem Winter fertig wird und das "
    "Geld fehlt.",
    "fr": "Le maire a déclaré mercredi que la halle ne sera pas prête avant l’hiver et que les travaux "
    "sont longs.",
    "es": "El alcalde dijo el miércoles que la línea no estará lista antes del invierno y que falta el "
    "dinero para ella.",
    "pt": "O prefeito disse na quarta-feira que a linha não ficará pronta antes do inverno e que falta "
    "dinheiro para a obra.",
    "it": "Il sindaco ha detto mercoledì che la linea non sarà pronta prima dell'inverno e che i soldi non "
    "ci sono.",
    "nl": "De burgemeester zei woensdag dat de lijn niet voor de winter klaar is en dat er geen geld voor is.",
    "pl": "Burmistrz powiedział w środę, że linia nie będzie gotowa przed zimą i że na budowę nie ma "
    "pieniędzy.",
    "cs": "Starosta ve středu řekl, že trať nebude před zimou hotová a že na stavbu se nenašly peníze.",
    "sv": "Kommunen sade på onsdagen att linjen inte blir klar före vintern och att det saknas pengar till "
    "den.",
    "tr": "Belediye başkanı çarşamba günü hattın kıştan önce hazır olmayacağını ve bu iş için para "
    "olmadığını söyledi.",
    "sw": "Meya alisema siku ya Jumatano kuwa kazi ya reli haitakamilika kabla ya mwaka huo na fedha za "
    "mradi hiyo hazipo.",
    "ru": "Мэр сказал в среду, что линия не будет готова до зимы и что на её строительство пока не нашли "
    "денег.",
    "uk": "Мер сказав у середу, що лінія не буде готова до зими, та що на її будівництво поки немає грошей.",
    "bg": "Кметът каза в сряда, че линията няма да е готова преди зимата и че за строежа не са намерени пари.",
    "el": "Ο δήμαρχος είπε την Τετάρτη ότι η γραμμή δεν θα είναι έτοιμη πριν από τον χειμώνα.",
    "ar": "قال رئيس البلدية يوم الأربعاء إن الخط لن يكون جاهزاً قبل الشتاء، وإن المال لا يكفي في هذا العام.",
    "fa": "شهردار روز چهارشنبه گفت که این خط تا پیش از زمستان آماده نمی شود و برای آن پول کافی نیست.",
    "ur": "میئر نے بدھ کو کہا کہ یہ لائن سردی سے پہلے تیار نہیں ہو گی اور اس کے لیے پیسے نہیں ہیں۔",
    "he": "ראש העיר אמר ביום רביעי שהקו לא יהיה מוכן לפני החורף ושאין די כסף להשלמת הבנייה.",
    "hi": "महापौर ने बुधवार को कहा कि यह लाइन सर्दी से पहले तैयार नहीं होगी और इस काम के लिए पैसा नहीं है।",
    "mr": "महापौरांनी बुधवारी सांगितले की ही मार्गिका हिवाळ्यापूर्वी तयार होणार नाही आणि निधी मिळालेला "
    "नाही असे ते म्हणाले आहे.",
    "ja": "市長は水曜日、路線は冬までに完成しないと述べた。建設のための資金がまだ足りないという。",
    "zh": "市长星期三表示，这条线路在冬天之前无法完工，建设资金仍然不足，还需要再等一年时间。",
    "ko": "시장은 수요일에 노선이 겨울 전에는 완성되지 않을 것이며 공사에 쓸 돈이 아직 부족하다고 말했다.",
    "th": "นายกเทศมนตรีกล่าวเมื่อวันพุธว่าเส้นทางจะไม่แล้วเสร็จก่อนฤดูหนาวและยังขาดเงินสำหรับการก่อสร้าง",
    "ka": "მერმა ოთხშაბათს თქვა, რომ ხაზი ზამთრამდე მზად არ იქნება და ფული არ არის საკმარისი.",
    "bn": "মেয়র বুধবার বলেছেন যে শীতের আগে লাইনটি প্রস্তুত হবে না এবং এর জন্য যথেষ্ট টাকা নেই।",
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_running_text_tells_its_language(code: str, text: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize(
    ("declared", "code"),
    [("pt-BR", "pt"), ("en_US", "en"), ("German", "de"), ("nb-NO", "no"), ("iw", "he"), ("zh-Hans-CN", "zh"),
     ("ar_AR", "ar"), (" fr ", "fr"), ("deu", "de"), ("x", None), ("", None), ("qq", None),
     ("english, german", "en"),
     ("en-" + "x" * 200, "en"), ("漢字", None)],
)  # fmt: skip
def test_a_declaration_becomes_a_code(declared: str, code: str | None) -> None:
    assert language_code(declared) == code


def test_a_true_declaration_is_believed_with_its_origin() -> None:
    assert choose_language([("html", "de"), ("og", "de")], TEXTS["de"]) == ("de", "html")
    assert choose_language([("og", "en"), ("html", "de")], TEXTS["de"]) == ("de", "html")


def test_a_false_declaration_is_not() -> None:
    assert choose_language([("html", "en")], TEXTS["sw"] * 2) == ("sw", "text")
    assert choose_language([("html", "en")], TEXTS["ja"]) == ("ja", "text")
    assert choose_language([], TEXTS["ru"]) == ("ru", "text")


def test_near_relatives_are_what_they_say_they_are() -> None:
    bosnian = "Gradonačelnik je rekao da linija ne će biti gotova do zime i da za nju nema novca."
    assert choose_language([("html", "sr")], bosnian)[0] in ("sr", "hr")
    assert choose_language([("html", "da")], TEXTS["sv"])[0] == "sv"


def test_a_language_without_a_word_list_is_believed_if_its_script_fits() -> None:
    assert choose_language([("html", "rw")], "The mayor " + TEXTS["en"]) == ("rw", "html")
    assert choose_language([("html", "rw")], TEXTS["zh"]) == ("zh", "text")


def test_a_short_text_leaves_the_declaration_as_it_is() -> None:
    assert choose_language([("html", "fi")], "Ok") == ("fi", "html")
    assert choose_language([], "Ok") == (None, "")


def test_a_long_text_without_any_of_its_words_disproves_a_declaration() -> None:
    unknown = "zorp blik frun dask melv tirp gonk quab " * 12
    assert choose_language([("html", "en")], unknown) == (None, "")


@given(st.text(max_size=400), st.sampled_from(["en", "ja", "xx", "hi"]))
def test_no_text_makes_it_raise(text: str, code: str) -> None:
    choose_language([("html", code)], text)
    language_code(text)
