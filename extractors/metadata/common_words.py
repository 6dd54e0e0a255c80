"""The commonest words of languages that share a script with others: data of `language`."""

from __future__ import annotations

# A dozen or more of each; what matters is that no other language has many of the same.
COMMON_WORDS: dict[str, str] = {
    "en": "the of and to in is that for it was on with as are at by this have from not be has his they will "
    "its",
    "de": "der die und das den von ist nicht des auch sich für dem mit ein eine auf im zu werden wird hat "
    "bei sind",
    "fr": "de la le et les des en un une du que est pour dans qui sur au par pas plus avec ce il sont a été "
    "cette aux",
    "es": "de la que el en y los del se las por un para con una su al lo como más pero sus este ha es no "
    "fue",
    "pt": "a o de que e do da em um para com não uma os no se na por mais as dos como mas ao das foi é são pela "
    "à",
    "it": "di che e il la in un per non una sono del della con si da le dei nel gli alla più anche al è ha "
    "i lo",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit nog "
    "wordt door",
    "sv": "och att det som en på är av för med den till inte har de ett om var men sig från vi kan när "
    "också efter",
    "da": "og at det en den til er som på de med han af for ikke der var mig sig men et har om vi havde fra "
    "blev",
    "no": "og at det en den til er som på de med av for ikke der var seg men et har om vi fra ble etter ved "
    "mot noe",
    "is": "og að á í er sem það við var með um en ekki af til hann fyrir eru hafa þessi hefur verið segir "
    "þá voru",
    "fo": "og at tað í á er sum við ein til ikki hava vóru frá um hevur eru men teir",
    "fi": "ja on ei että se hän oli mutta kun ovat myös joka mukaan sen ole kuin tai vuonna sekä jos sanoo "
    "olisi",
    "et": "ja on ei et see oli ka kui ning mis selle aga oma ta või siis seda mille pole eesti kes veel "
    "aasta",
    "lv": "un ir ka no par ar uz to arī bet kas kā vai tas tika šo gada pēc kuri nav latvijas viņš bija",
    "lt": "ir kad yra su tai į iš bet kaip buvo jis apie už dėl per pat taip dar lietuvos nuo metų tik o",
    "pl": "i w na z się że nie do to jest o jak za po od przez ale co są tym oraz które jego został dla był "
    "może",
    "cs": "a v se na je že to s z o do i za které by pro jsem ale od jako podle který po jsou byl jeho také "
    "není",
    "sk": "a v sa na je že to s z o do aj za ktoré by pre som ale od ako podľa ktorý po sú bol jeho tiež "
    "nie",
    "sl": "in je v na da se za so pa ki tudi bo ne po iz z kot bi s ali od še ga smo bil pri leta več ter",
    "hr": "i je u na da se za su od s koji ne to kako je iz što će bi kao nije koje ali o do sve biti "
    "godine više",
    "sq": "e të në dhe për një që me nga është se si të ka nuk do më janë ky kjo edhe i",
    "ro": "de și în a la cu pe că din o un este care nu mai pentru au fost sunt prin dar să după ce s-a",
    "hu": "a az és hogy nem is egy ez meg csak volt azt már el de ha még mint van lesz szerint után lehet "
    "akkor",
    "tr": "ve bir bu için de da ile olarak daha çok olan gibi en kadar sonra ne var oldu ancak olduğunu "
    "göre ise",
    "az": "və bir bu üçün də ilə olan daha ki edib olaraq sonra onun bildirib qeyd azərbaycan belə isə "
    "olduğunu",
    "ca": "de la que i el a en els per un amb una les del va ha és no al es com més aquest dels també han "
    "però seva",
    "gl": "de a o que e do da en un para con unha os non se na por máis as dos como no é ao das foi pola "
    "tamén",
    "eu": "eta da ez du bat dira dute zuen izan baina ere egin hori duen zen ditu edo beste baino dela arte",
    "cy": "y yn i a o ar yr ei mae ac wedi am gan fod nid oedd ond hyn bod un fel",
    "ga": "an agus na a i ar go is le do ag sé tá ní bhí sin leis chun air mar ach",
    "id": "yang dan di untuk dengan dari ini pada dalam itu tidak ada akan juga kata mereka tersebut adalah "
    "oleh karena bisa",
    "ms": "yang dan di untuk dengan dari ini pada dalam itu tidak akan kata beliau berkata kerana oleh "
    "boleh telah kepada bagi",
    "vi": "và của là có trong được cho không với người các đã những này khi một đến về cũng để từ ra",
    "sw": "ya na wa kwa ni la katika za kuwa hiyo cha huo hayo alisema baada wakati hilo pia kama yake hii "
    "lakini wake",
    "af": "die van en in is dat het nie om te op vir met was aan hy sy ook by wat sal as kan deur uit",
    "zu": "ukuthi uma futhi ukuba kodwa nokuthi ngoba kanye yakhe khona lapho wathi uthe kakhulu njengoba "
    "ngesikhathi amaphoyisa",
    "xh": "ukuba okanye kwaye kodwa nto uthi kunye ngokuba kuba xa kule nangona yokuba emva ngoku abantu "
    "kwi esi utshilo oko apho aba lo le zezo ukuze kakhulu nge ngaphezulu eli kubo phantsi ngexesha "
    "kuqala lokuba uye sele",
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
}  # fmt: skip
