"""Words of a made-up country, for the small store that the docs are shown on: stories, and the day's small news."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Told:
    """One outlet's article of a story: minutes after the start, and what it does to the text.

    `drop`: sentences left out, by number. `add`: sentences put at the end. `precision` of its time.
    """

    source_id: str
    minutes: int
    title: str
    drop: tuple[int, ...] = ()
    add: tuple[str, ...] = ()
    precision: str = "second"


@dataclass(frozen=True)
class Story:
    """Sentences that one outlet wrote first and others took over. `day` and `hour` of March 2026 (UTC)."""

    day: int
    hour: int
    sentences: tuple[str, ...]
    told: tuple[Told, ...] = field(default=())


FERRY = Story(
    12, 6,
    (
        "The night ferry Kestrel ran aground on a sandbank outside Port Marl shortly after five on Thursday morning.",
        "All 214 passengers and 31 crew were taken off by lifeboats within three hours, the coastguard said.",
        "Two passengers were treated for bruises, and nobody was badly hurt.",
        "“We felt one long scrape, then the lights went out and everyone was very calm,” said Ida Brandt, a nurse.",
        "The harbour office closed the southern channel to ships of more than 60 metres until further notice.",
        "Divers will look at the hull on Friday, and a tug is waiting for the spring tide to pull the ship free.",
        "The line cancelled 14 sailings and offered travellers their money back.",
    ),
    (
        Told("northpress", 0, "Night ferry runs aground off Port Marl, 245 people brought ashore"),
        Told("harbour-times", 19, "Kestrel ferry aground: all 245 aboard are safe",
             add=("Our reporter at the quay counted nine ambulances, of which two left with a patient.",)),
        Told("city-ledger", 47, "Ferry with 245 aboard runs onto sandbank", drop=(6,)),
        Told("valley-echo", 95, "Night ferry runs aground off Port Marl", drop=(3, 6)),
        Told("lantern", 240, "“Everyone was very calm”: nurse tells of ferry grounding", precision="day",
             add=("Brandt was on her way to a wedding, and caught the bus instead.",)),
    ),
)  # fmt: skip
PUMPS = Story(
    10, 9,
    (
        "Households that put in a heat pump this year will get up to 9,400 crowns from the state, the energy ministry said.",
        "The grant covers 35 % of the cost and replaces the tax credit that ended in December.",
        "Installers had asked for a rule that lasts longer than one budget, and called the plan a start.",
        "“A house is not heated by announcements,” said Jonas Reth of the installers’ guild.",
        "Applications open on the first of April, and the ministry expects about 60,000 of them.",
        "The money comes from the sale of emission permits, which brought in 1.2 billion crowns last year.",
    ),
    (
        Told("city-ledger", 0, "State to pay up to 9,400 crowns for a heat pump"),
        Told("northpress", 31, "Ministry announces heat pump grant of up to 9,400 crowns", drop=(3,)),
        Told("harbour-times", 58, "Heat pump grants: what you get, and from when",
             add=("Harbour towns with district heating are left out of the scheme.",)),
        Told("valley-echo", 190, "Heat pumps: up to 9,400 crowns from the state", drop=(3, 5)),
    ),
)  # fmt: skip
WIND = Story(
    5, 11,
    (
        "The wind farm on the Ander ridge may grow from 18 to 32 turbines, the regional court ruled on Thursday.",
        "Three villages had sued because the new towers would stand 900 metres from the nearest houses.",
        "The court found that shadows and noise stay within the limits, and that the survey of bats was sound.",
        "The owner, a cooperative of 2,300 members, wants to begin with the foundations in the autumn.",
        "The villages may appeal within a month, and their lawyer said that they were thinking about it.",
    ),
    (
        Told("valley-echo", 0, "Court lets Ander wind farm grow to 32 turbines"),
        Told("northpress", 74, "Ander ridge wind farm may expand, court rules"),
        Told("city-ledger", 121, "Court clears bigger wind farm on Ander ridge", drop=(4,)),
    ),
)  # fmt: skip
VACCINE = Story(
    9, 7,
    (
        "Pharmacies in four provinces have run out of the whooping cough vaccine, the health office said on Monday.",
        "A delivery of 80,000 doses that was due in February is held up at the factory for another check.",
        "Newborns come first until then, and boosters for adults are put off by six weeks.",
        "The office has counted 1,140 cases since January, three times as many as in the same weeks of last year.",
        "Doctors ask parents to keep the appointments that they have.",
    ),
    (
        Told("northpress", 0, "Whooping cough vaccine runs out in four provinces"),
        Told("city-ledger", 26, "Four provinces out of whooping cough vaccine"),
        Told("lantern", 88, "Whooping cough: vaccine runs out, cases triple", drop=(4,)),
        Told("harbour-times", 133, "Vaccine shortage: newborns come first", drop=(3,)),
    ),
)  # fmt: skip
BRIDGE = Story(
    3, 14,
    (
        "The Ostwall bridge in the capital stays shut to lorries until at least the summer, the road office said.",
        "Engineers found cracks in 11 of 48 bolts when the paint was taken off last week.",
        "Cars and trams may go on using it, at 30 kilometres an hour.",
        "The bakers’ guild fears for its morning deliveries and asks for an exception before seven.",
        "A new bridge has been planned since 2019, and its cost was last put at 76 million crowns.",
    ),
    (
        Told("city-ledger", 0, "Ostwall bridge shut to lorries until summer"),
        Told("northpress", 52, "Capital’s Ostwall bridge stays shut to lorries", drop=(3,)),
    ),
)  # fmt: skip
SALMON = Story(
    7, 8,
    (
        "For the first time in ninety years salmon have passed the old weir at Tolm, a counter under the water shows.",
        "The fish ladder was opened in October, after a quarrel of nine years over who should pay for it.",
        "Biologists counted 37 animals in one week, most of them at night.",
        "“I had promised to shave off my beard if it were more than ten,” said the keeper of the weir, Ole Vint.",
        "Anglers have to leave them alone until 2029.",
    ),
    (
        Told("valley-echo", 0, "After ninety years, salmon climb the weir at Tolm"),
        Told("harbour-times", 310, "Salmon are back at Tolm, and the keeper’s beard is off"),
        Told("northpress", 355, "Salmon pass weir at Tolm for first time in ninety years", drop=(3,)),
    ),
)  # fmt: skip
STORIES = (BRIDGE, WIND, SALMON, VACCINE, PUMPS, FERRY)

PLACES = (
    "Port Marl",
    "Tolm",
    "Ander",
    "Kelm",
    "Ostwall",
    "Brede",
    "Sund",
    "Hallow",
    "Irvik",
    "Lorne",
    "Messen",
    "Quay End",
)
PEOPLE = (
    "Ada Holt",
    "Per Lund",
    "Mara Quint",
    "Jo Ferris",
    "Nils Abend",
    "Rosa Tamm",
    "Eli Strand",
    "Kim Oster",
)
ENGLISH = (
    "The library in {place} will lend out tools as well as books from {n} May.",
    "{who} has been elected head of the parish council with {n} votes more than the next.",
    "Trains between {place} and the coast run every {n} minutes again after work on the points.",
    "A storm tore the roof off the tennis hall in {place}, and insurers put the damage at {n} thousand crowns.",
    "The theatre of {place} opens its season with a comedy about a tax inspector and {n} goats.",
    "Beekeepers around {place} lost every {n}th hive over the winter, which is fewer than feared.",
    "“It took us {n} years and a great deal of coffee,” said {who} at the opening.",
    "The school kitchen of {place} now cooks for {n} hundred children a day and buys its carrots next door.",
    "Police in {place} are looking for a cyclist who rode off with a tuba worth {n} thousand crowns.",
    "The wind farm near {place} stood still for {n} hours because of ice on the blades.",
    "A heat pump now warms the swimming pool of {place}, and the town expects to save {n} thousand crowns.",
    "{who}, who drove the number {n} bus for half a life, has handed over the key.",
    "The harbour of {place} took in {n} ships last week, among them a sailing school from the islands.",
    "Judges at the cheese market of {place} gave {n} points to a dairy that nobody had on their list.",
    "The fire brigade of {place} freed a cow from a cellar with a crane and {n} bales of straw.",
    "Rents in {place} rose by {n} % within a year, the tenants’ union has found.",
    "A court fined a builder from {place} {n} thousand crowns for felling a row of limes.",
    "The hospital of {place} has {n} beds more for short stays since Monday.",
    "Amateur astronomers around {who} have photographed a comet that comes every {n} decades.",
    "In the second division {place} won by a goal in minute {n}, and still went down.",
    "Archaeologists dug up {n} coins under the car park behind the town hall of {place}.",
    "The mayor of {place} wants to keep lorries out of the old town between six and {n}.",
    "A choir from {place} sang for {n} hours without a break, and has told the record keepers.",
    "The grape harvest around {place} was {n} % smaller than usual, but sweet.",
    "Volunteers planted {n} hundred oaks on the slope above {place} on Saturday.",
    "{who} runs the last cinema of {place} that still shows films from a reel, {n} times a week.",
    "The ferry to {place} carries bicycles for nothing until the {n}th of June.",
    "Fishermen at {place} have agreed to leave the cod alone for {n} weeks.",
    "A software fault sent {n} hundred parking tickets to the same house in {place}.",
    "The council of {place} voted by {n} to six for a skate park under the motorway.",
)  # fmt: skip
GERMAN = (
    "In {place} bleibt die Brücke über den Fluss noch {n} Tage gesperrt.",
    "{who} leitet ab Mai die Volkshochschule und plant {n} neue Kurse.",
    "Eine Wärmepumpe heizt nun das Rathaus von {place}, {n} Prozent billiger als zuvor.",
    "Beim Stadtlauf in {place} kamen {n} hundert Läufer ins Ziel.",
    "Die Feuerwehr von {place} rettete eine Katze aus {n} Metern Höhe.",
    "Die Bäckerei am Markt von {place} schließt nach {n} Jahren.",
    "Ein Gericht gab {n} Anwohnern recht, die über den Lärm klagten.",
    "Im Museum von {place} hängen {n} Bilder, die lange als verschollen galten.",
    "„Wir hatten mit der Hälfte gerechnet“, sagte {who} über {n} Anmeldungen.",
    "Der Wald bei {place} bekommt {n} tausend junge Buchen.",
    "Die Fähre nach {place} fährt wegen Niedrigwassers nur {n}-mal am Tag.",
    "Der Gemeinderat vertagte den Streit um {n} Parkplätze.",
)  # fmt: skip
FRENCH = (
    "À {place}, la gare rouvre après {n} mois de travaux.",
    "{who} prend la tête du conservatoire et de ses {n} professeurs.",
    "Une pompe à chaleur chauffe désormais l’école de {place}, soit {n} % d’économies.",
    "Le marché de {place} accueille {n} producteurs de plus ce printemps.",
    "Les pompiers de {place} ont passé {n} heures à sauver un âne tombé dans un fossé.",
    "La récolte d’abricots s’annonce {n} % plus faible que l’an dernier.",
    "« Personne n’y croyait », raconte {who}, après {n} ans d’efforts.",
    "Le tribunal de {place} a condamné un promoteur à {n} mille couronnes d’amende.",
    "Le ferry de {place} reste à quai pendant {n} jours.",
    "Un livre emprunté il y a {n} ans est revenu à la bibliothèque de {place}.",
    "La mairie de {place} plante {n} cents arbres le long du canal.",
    "Le club de {place} monte en première division après {n} victoires.",
)  # fmt: skip
