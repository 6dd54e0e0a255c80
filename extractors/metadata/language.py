"""The language of a page: what it declares, checked against its own text.

Scripts settle most languages of the world; within Latin, Cyrillic, Arabic and Devanagari a dozen of the commonest
words of each does. Small and exact enough for paragraphs; never asked about single words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

MIN_LETTERS = 40  # of running text, to judge at all
MIN_HITS = 0.05  # share of a text's words that are among a language's commonest; right ones have .15 to .45
SAMPLE_CHARS = 3_000

_WORDS: dict[str, str] = {
    "en": "the of and to in is that for it was on with as are at by this have from not be has his they will its",
    "de": "der die und das den von ist nicht des auch sich für dem mit ein eine auf im zu werden wird hat bei sind",
    "fr": "de la le et les des en un une du que est pour dans qui sur au par pas plus avec ce il sont a été cette aux",
    "es": "de la que el en y los del se las por un para con una su al lo como más pero sus este ha es no fue",
    "pt": "de que e do da em um para com não uma os no se na por mais as dos como mas ao das foi é são pela à",
    "it": "di che e il la in un per non una sono del della con si da le dei nel gli alla più anche al è ha i lo",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit nog wordt door",
    "sv": "och att det som en på är av för med den till inte har de ett om var men sig från vi kan när också efter",
    "da": "og at det en den til er som på de med han af for ikke der var mig sig men et har om vi havde fra blev",
    "no": "og at det en den til er som på de med av for ikke der var seg men et har om vi fra ble etter ved mot noe",
    "is": "og að á í er sem það við var með um en ekki af til hann fyrir eru hafa þessi hefur verið segir þá voru",
    "fo": "og at tað í á er sum við ein til ikki hava vóru frá um hevur eru men teir",
    "fi": "ja on ei että se hän oli mutta kun ovat myös joka mukaan sen ole kuin tai vuonna sekä jos sanoo olisi",
    "et": "ja on ei et see oli ka kui ning mis selle aga oma ta või siis seda mille pole eesti kes veel aasta",
    "lv": "un ir ka no par ar uz to arī bet kas kā vai tas tika šo gada pēc kuri nav latvijas viņš bija",
    "lt": "ir kad yra su tai į iš bet kaip buvo jis apie už dėl per pat taip dar lietuvos nuo metų tik o",
    "pl": "i w na z się że nie do to jest o jak za po od przez ale co są tym oraz które jego został dla był może",
    "cs": "a v se na je že to s z o do i za které by pro jsem ale od jako podle který po jsou byl jeho také není",
    "sk": "a v sa na je že to s z o do aj za ktoré by pre som ale od ako podľa ktorý po sú bol jeho tiež nie",
    "sl": "in je v na da se za so pa ki tudi bo ne po iz z kot bi s ali od še ga smo bil pri leta več ter",
    "hr": "i je u na da se za su od s koji ne to kako je iz što će bi kao nije koje ali o do sve biti godine više",
    "sq": "e të në dhe për një që me nga është se si të ka nuk do më janë ky kjo edhe i",
    "ro": "de și în a la cu pe că din o un este care nu mai pentru au fost sunt prin dar să după ce s-a",
    "hu": "a az és hogy nem is egy ez meg csak volt azt már el de ha még mint van lesz szerint után lehet akkor",
    "tr": "ve bir bu için de da ile olarak daha çok olan gibi en kadar sonra ne var oldu ancak olduğunu göre ise",
    "az": "və bir bu üçün də ilə olan daha ki edib olaraq sonra onun bildirib qeyd azərbaycan belə isə olduğunu",
    "ca": "de la que i el a en els per un amb una les del va ha és no al es com més aquest dels també han però seva",
    "gl": "de a o que e do da en un para con unha os non se na por máis as dos como no é ao das foi pola tamén",
    "eu": "eta da ez du bat dira dute zuen izan baina ere egin hori duen zen ditu edo beste baino dela arte",
    "cy": "y yn i a o ar yr ei mae ac wedi am gan fod nid oedd ond hyn bod un fel",
    "ga": "an agus na a i ar go is le do ag sé tá ní bhí sin leis chun air mar ach",
    "id": "yang dan di untuk dengan dari ini pada dalam itu tidak ada akan juga kata mereka tersebut adalah oleh karena bisa",
    "ms": "yang dan di untuk dengan dari ini pada dalam itu tidak akan kata beliau berkata kerana oleh boleh telah kepada bagi",
    "vi": "và của là có trong được cho không với người các đã những này khi một đến về cũng để từ ra",
    "sw": "ya na wa kwa ni la katika za kuwa hiyo cha huo hayo alisema baada wakati hilo pia kama yake hii lakini wake",
    "af": "die van en in is dat het nie om te op vir met was aan hy sy ook by wat sal as kan deur uit",
    "zu": "ukuthi uma futhi ukuba kodwa nokuthi ngoba kanye yakhe khona lapho wathi uthe kakhulu njengoba ngesikhathi amaphoyisa",
    "xh": "ukuba okanye kwaye kodwa nto uthi kunye ngokuba kuba xa kule nangona yokuba emva ngoku abantu kwi esi utshilo "
    "oko apho aba lo le zezo ukuze kakhulu nge ngaphezulu eli kubo phantsi ngexesha kuqala lokuba uye sele",
    "so": "iyo ee oo in ka ku la waxaa ah kale waa ayaa uu ay isaga loo soo si",
    "ha": "da na a ya ta ne ce cikin don wannan shi suka kuma wanda an sun ba ga",
    "mt": "li ta u il-fil-dan għal biex kien minn ma din huwa tal-mill-bil-hu jew",
    "eo": "la de kaj en estas al ke por ne li kun estis sed el pri ĝi tiu kiu",
    "tl": "ang ng sa na mga at ay ni para kay ito hindi siya kung nito may pa nang",
    "lb": "an de der d'vun den dass net fir ass si och huet en op mat dat gëtt bei eng",
    "kl": "aamma pillugu taamaattumik tassa naalakkersuisut kalaallit ilaatigut kisianni taava tamanna",
    "ru": "и в не на что с по он как это а но из за от его к у для был все так уже будет года или также",
    "uk": "і в на що не з до та за від як у це але про його й є для вже також року після був які через під",
    "be": "і ў на што не з да як за але гэта пра ад па для яго быў таксама каб у гэтым якія",
    "bg": "и на да за се от в не е с че по са но ще това които като до при след беше още година бъде",
    "mk": "и на да се во од за не со што е ќе но ја по го како тоа беше кои оваа изјави",
    "sr": "и је у на да се за су од са који не то како из што ће би као није које али о до",
    "kk": "және мен бұл деп үшін бір бойынша болып туралы осы де қазақстан екі болды",
    "ky": "жана бул менен үчүн болгон деп бир кыргыз жөнүндө эле боюнча",
    "mn": "нь энэ юм байна гэж бол улсын монгол тэр хийх болон байгаа",
    "ar": "في من على إلى أن عن التي الذي هذا مع كان ما بين هذه لا بعد قال كما خلال قد أو ذلك",
    "fa": "در به از که این را با است برای آن یک تا می شد های خود هم بود کرد وی",
    "ur": "کے میں کی ہے اور سے کا کو نے یہ کہ پر ہیں بھی کر اس نہیں ایک تھا گیا",
    "ps": "د په او چې له کې ته دی نه دا هغه سره شوي یو",
    "ckb": "لە بۆ و کە بە ئەو لەگەڵ ئەم دوای هەروەها نێوان",
    "ug": "ۋە بىلەن بۇ ئۈچۈن ئۇيغۇر دەپ بولۇپ",
    "hi": "के में की है और से को का ने पर यह कि भी नहीं हैं एक लिए कर इस था हो",
    "mr": "आहे आणि या ते व असे की मध्ये नाही आहेत होते करण्यात त्यांनी यांनी हे",
    "ne": "छ र को मा लागि पनि भएको गरेको छन् यो नेपाल हुन भने थियो",
}
_TABLE = {language: frozenset(words.split()) for language, words in _WORDS.items()}
# Names of scripts as `unicodedata.name` begins with them -> the languages that use it, or the only one.
_SCRIPTS: dict[str, tuple[str, ...]] = {
    "LATIN": tuple(code for code, words in _WORDS.items() if "a" <= words[0] <= "z" or words[0] in "įşîó"),
    "CYRILLIC": ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb", "ug"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "GREEK": ("el",), "HEBREW": ("he",), "HANGUL": ("ko",), "HIRAGANA": ("ja",), "KATAKANA": ("ja",), "CJK": ("zh",),
    "THAI": ("th",), "BENGALI": ("bn",), "TAMIL": ("ta",), "TELUGU": ("te",), "GUJARATI": ("gu",), "KANNADA": ("kn",),
    "MALAYALAM": ("ml",), "GURMUKHI": ("pa",), "ORIYA": ("or",), "SINHALA": ("si",), "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",), "ETHIOPIC": ("am",), "KHMER": ("km",), "LAO": ("lo",), "MYANMAR": ("my",), "TIBETAN": ("bo",),
}  # fmt: skip
_ALIASES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cmn": "zh", "ger": "de", "eng": "en", "fil": "tl",
            "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "jp": "ja", "cn": "zh", "kr": "ko",
            "bs": "hr", "sh": "hr", "mo": "ro", "english": "en", "german": "de", "deutsch": "de", "french": "fr",
            "spanish": "es", "italian": "it", "russian": "ru", "gb": "en", "cz": "cs", "se": "sv", "dk": "da", "ua": "uk"}  # fmt: skip
_CODE = re.compile(r"\s*([a-zA-Z]{2,8})(?:[-_\s;,.].*)?\s*")
_ISO_639_1 = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg "
    "ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn "
    "no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)


def language_code(declared: str) -> str | None:
    """The ISO 639-1 code in a declaration such as "pt-BR", "en_US" or "German"; None when there is none."""
    match = _CODE.fullmatch(declared)
    if not match:
        return None
    code = match.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if code in _ISO_639_1 else None


def detect_language(text: str) -> str | None:
    """The language of running text; None when it is too short, or like no known one."""
    text = text[:SAMPLE_CHARS]
    script, share = _main_script(text)
    if not script:
        return None
    languages = _SCRIPTS[script]
    if len(languages) == 1:
        return languages[0]
    scores = score_languages(text, languages)
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= MIN_HITS else None


def score_languages(text: str, languages: Iterable[str]) -> dict[str, float]:
    """For each language the share of the text's words that are among its commonest."""
    words = re.findall(r"[^\W\d_]+(?:[\u0900-\u0dff\u064b-\u065f]*[^\W\d_]*)*", text.lower())
    counts, total = Counter(words), max(1, len(words))
    return {code: sum(counts[word] for word in _TABLE[code]) / total for code in languages if code in _TABLE}


def _main_script(text: str) -> tuple[str, float]:
    """The script of most letters; kana decide for Japanese, since it is written with Chinese characters too."""
    counts: Counter[str] = Counter()
    for char in text[:1500]:
        if char.isalpha():
            counts[_script_of(char)] += 1
    total = sum(counts.values())
    if total < MIN_LETTERS and not any(
        counts[name] >= MIN_LETTERS // 2 for name in ("CJK", "HIRAGANA", "HANGUL", "THAI")
    ):
        return "", 0.0
    if counts["HIRAGANA"] + counts["KATAKANA"] > 0.1 * total:
        return "HIRAGANA", 1.0
    script, number = counts.most_common(1)[0]
    return (script, number / total) if script in _SCRIPTS else ("", 0.0)


def _script_of(char: str) -> str:
    if char < "\u0250":
        return "LATIN"
    return unicodedata.name(char, " ").split(" ", 1)[0].split("-", 1)[0]


def choose_language(declared: Sequence[tuple[str, str]], text: str) -> tuple[str | None, str]:
    """The language and the origin that it is known by ("text" if the page's own word was not believed).

    `declared` are (origin, code) in the order of belief. A declaration is believed if the text is in a script of
    that language and its common words are not far behind those of the best; languages we have no words for are
    believed if their script fits.
    """
    found = detect_language(text)
    if found is None:
        origin, code = declared[0] if declared else ("", None)
        return (None, "") if code and _is_foreign(code, text) else (code, origin)
    for origin, code in declared:
        if code == found or _is_close(code, found, text):
            return code, origin
    return found, "text"


def _is_foreign(code: str, text: str) -> bool:
    """Whether a text is long enough, and has too few of a language's commonest words, to be in it."""
    if code not in _TABLE or len(text.split()) < 60:
        return False
    return score_languages(text[:SAMPLE_CHARS], (code,))[code] < MIN_HITS / 2


def _is_close(code: str, found: str, text: str) -> bool:
    """Whether the text may as well be in the declared language: near relatives, or one without a word list."""
    script, _ = _main_script(text)
    if code not in _TABLE:
        return not any(code in languages for languages in _SCRIPTS.values()) and script in (
            "LATIN",
            "CYRILLIC",
            "ARABIC",
            "DEVANAGARI",
        )
    if code not in _SCRIPTS.get(script, ()):
        return False
    scores = score_languages(text, (code, found))
    return scores[code] >= 0.8 * scores[found]
