"""What stands around a run of capitalised words: what says that it is a person, and what says that it is none."""

from __future__ import annotations

import polars as pl

BY_A_PLACE = 0.62  # the score of a given name with a word of places behind it: `Emily Church`
_SURE = 0.95  # from which on the words around say nothing more: `Mrs Ada Khan`

CUE_BEFORE = (
    r"(?i)(?:\b(?:sp(?:eak|oke|oken)|talk(?:ed)?|met|meeting|interview|appointment|conversation|call|liaise[ds]?|assigned|allocated|reported|reports|reporting|answers)(?: to| with)|\b(?:signed|submitted|raised|reported|made|completed|requested|heard|replaced|succeeded|conducted|treated|arrested|taught|trained|coached|hosted|opened|judged|witnessed|proposed|seconded|owned|carried out|undertaken|prepared|written|received|taken|rented|occupied|provided|drafted|approved|accompanied|attended|represented|seen|given|sent|referred|reviewed|assessed|examined|discharged|supervised|managed|led|chaired|introduced|authored|edited|checked|verified|authorised|booked|created|updated|amended|logged|recorded|closed|presented|applications?|appeals?) by"
    r"|\b(?:relie[sd] on|thank you|(?:sent|issued|paid|spoken|awarded|addressed|thanks|granted|married) to|(?:apolog(?:y|ies)|letters?|e-?mails?|calls?|texts?|message|received|comments?|questions?|petition|submission|request|referral|enquiry|query|feedback|update|presentation|visit|reply|response|objections?|complaints?|representations?|evidence|taken|statement|collected) (?:from|of)|(?:statement|note|letter|report|objection|complaint|request) by|(?:statement|evidence|account|funeral|death|estate|wife|husband|mother|father|son|daughter|widow|care|behalf) of)"
    r"|\b(?:contact(?:ed)?|telephoned|phoned|emailed|interviewed|applicants?|claimants?|tenants?|residents?|landlords?|landlady|patients?|clients?|customers?|owners?|agents?|officers?|case ?worker|carers?"
    r"|neighbours?|mother|father|wife|husband|partner|son|daughter|brother|sister|aunt|uncle|niece|nephew|cousin|friend|mum|dad|mam|nan|gran(?:dad|dpa|dma|dmother|dfather|dson|ddaughter|ny)?|(?:girl|boy)friend|fianc[eé]e?|(?:in-law)|mentor|buddy|supervisor|deputy|boss|mp|councillor|consultant|surgeon|therapist|dentist|optician|interpreter|advocate|operative|receptionist|headteacher|tutor|teacher|lecturer|coach|caretaker|warden|solicitor|barrister|driver|employee|manager|doctor|gp|midwife|nurse|victims?|suspects?|defendants?|complainants?|appellants?|witness(?:es)?|deceased|the late|parents?|present|chair|secretary|treasurer|trustees?|guarantors?|lodger|occupants?|occupiers?|passengers?|pupils?|students?|colleagues?|kin|ask(?:ed)?|told|tell|thank|invited|cc|i am|we are|named|called|names?(?: is)?|attention of|attn|fao|c/o|regards|sincerely|faithfully|thanks|dear|beneficiary|payee|account holder)"
    r"(?: was| is)?)[:,.]{0,2}\s*\(?$|(?:^|[\n\r])\s*(?:from|to|sent by|organi[sz]er|reply-to|attendees|required|optional): ?$|(?:^|[.\n\r] ?)(?:attendees|attending|present)(?: -|:) $"
)
CUE_AFTER = r"^ \((?:(?:Vice-? ?|Deputy |Acting |Assistant |Senior |Chief )?(?:Chair|Clerk|Head|Officer|Director|Manager|Secretary|Treasurer|Solicitor|Planner|Monitoring|Minutes?|Minute|Mayor|Leader|she|he|they|aunt|uncle|mother|father|mum|dad|wife|husband|partner|son|daughter|brother|sister|neighbour|social worker|nurse|gp|GP|interpreter))\b|^(?:,| \()? ?(?:<[A-Za-z0-9]|(?:said|says|told|rang|phoned|telephoned|wrote|asked|applied|lives|lived|attended|agreed|confirmed|complained|requested|emailed|objected|signed|retired|resigned|died|apologised|texted|appeared in person|v\.? \p{Lu}\p{L}*|was born|born|aged|d\.?o\.?b)\b)"
# `Seen today: Xiomara Quispe, DOB 1.2.80`
CUE_WITHIN = ", (?:DOB|NHS)$"

_NOT_A_PERSON_AFTER = r"(?i)^(?: ?(?:&|and|\+) ?(?:sons?|co|partners|daughters?|nephews?|bro(?:ther)?s|family|associates|spencer)\b| (?:plc|ltd|limited|llp|llc|inc|gmbh|road|street|lane|avenue|c ?of ?e|school|academy|college|primary|infants?|grammar|ward|parish|estate|pub|depot|showroom|branch|car park|site|village|station|roundabout|playing fields?|surgery|clinic|nursery|farm|stadium|brand|range|variety|apples?|potatoes|trees?|hedges?|novel|film|musical|learning partnership|multi[ \-]academy|health board|automobiles|construction)\b|[@_]|/[^\p{Lu} ]|-[a-z0-9])"
# What is called after a person, with its title or without: `Sir John Lawes School`, `Captain Cook Crescent`
_KIND_OF_SCHOOL = (
    "High|Primary|Junior|Infants?|Nursery|Secondary|Grammar|Community|Roman|Catholic|Church of England|C of E|Memorial|Technology|Sports?|Free|Prep(?:aratory)?"
    "|Comprehensive|Upper|Lower|Middle|First|Special|Girls'?|Boys'?|Sixth|Health|Medical|Leisure|Care|Nursing|Retail|Shopping|Industrial|Business|Day|Playing"
)
_PLACES = (
    "Schools?|Academy|College|University|Institute|Form|Hospital|Infirmary|Hospice|Centre|Library|Museum|Gallery|Theatre|Foundation|Trust|Road|Rd|Street|Lane"
    "|Avenue|Ave|Close|Drive|Way|Crescent|Grove|Gardens?|Terrace|Mews|Court|House|Hall|Place|Square|Walk|Row|Gate|Bridge|Park|Buildings?|Towers?|Wharf|Quay"
    "|Embankment|Inn|Arms|Tavern|Estate|Roundabout|Ground|Fields?|Stadium|Hotel|Church|Chapel|Cathedral|Ward|Award|Prize|Lecture|Fund|Stand|Wing|Suite|Room|Cup|Trophy|Stakes|Statue|Memorial|Centenary|Tour|Pub"
)
_CALLED_AFTER = (
    rf"^(?:'s)?(?: (?:{_KIND_OF_SCHOOL})){{0,3}} (?:{_PLACES})(?-u:\b)"
    rf"|^ of [A-Z][a-z]+(?: (?:{_KIND_OF_SCHOOL})){{0,3}} (?:Schools?|Academy|College|Foundation|Trust|Hospital|Hospice|Centre)(?-u:\b)"
    r"|^ (?:school|academy|college|hospital)(?-u:\b)"
    r"|^(?:'s)? (?:road|street|avenue|crescent|stores?|branch|warehouse|museum|theatre|hotel|library"
    r"|foundation|pub|statue|stand|wing|suite|scholarship|lecture|prize|award|statue)(?-u:\b)"
)
# A school may be called so in short: `Ada Lovelace High`
# and what is sold under a name
_CALLED_AFTER += (
    r"|^(?:'s)? (?i:sauce|dress|shampoo|pizzas?|boots|shoes|trainers|cakes?|gateau|tea|coffee|beer|ale|whisky|gin|rum|jeans|perfume|crisps|sausages|jam|pies?|mustard|bread|biscuits?"
    r"|chocolates?|ice cream|tractors?|engine|mower|drill|grill|handbag|watch|bowls club|football club|cricket club|brewery|old brewery|highlanders)(?-u:\b)"
)
# animals that are called after their finders, and firms
_CALLED_AFTER += (
    r"|^'s? (?:deer|bats?|owls?|swans?|zebras?|gazelles?|warblers?|harriers?|plovers?|gulls?|petrels?|whales?|beetles?|wren|vole|mouse|frog|toad|newt|monkeys?|tortoise|disease|syndrome|law|theorem|rule|test|sign|palsy|arms|inn|bar|cafe|diner|deli|kitchen|bakery|brewery|farm shop)(?-u:\b)"
    r"|^ (?:Charitable|Hair|Estate|Funeral|Building|Family|Dental|Opticians?|Motors?|Photography|Plumbing|Electrical|Roofing|Landscapes|Interiors|Architects?|Solicitors|Accountants|Surveyors|Joinery|Butchers|Bakery|Jewellers|Florists?|Catering|Transport|Haulage|Construction"
    r"|Developments|Properties|Homes|Consulting|Consultants|Associates|Design|Designs|Recruitment|Training|Coaches|Travel|Tyres|Autos?|Garage|Furniture|Carpets|Kitchens|Bathrooms|Windows|Scaffolding|Skips|Salon|Hairdressing|Barbers|Nursery|Kindergarten)(?-u:\b)"
)
_CALLED_AFTER += r"|^ (?:High|Middle|Primary|Juniors?|Infants?|Grammar|Nursery|Sixth)(?:[^A-Za-z ]| [a-z]|$)"
# What queens and saints gave their names to
_GAVE_THEIR_NAMES = (
    r"(?i)^(?:victoria|victor|albert|charles|charlotte|edward|elizabeth|alexandra|alfred|adelaide|augusta|caroline|catherine|katherine|frederick|mary|margaret|anne?|helen|regina|alma|beatrice"
    r"|diana|louisa?|louise|eleanor|isabella|daisy|hazel|holly|heather|ivy|jasmine|lily|myrtle|laurel|poppy|violet|iris|florence|matilda|agnes|emma|ernest|alice|clara|julia|maria|sophia"
    r"|amelia|nicholas|jubilee)\b"
)
# Where something stands is no person, nor is what has an article before it
_PLACED_BEFORE = (
    r"(?i)\b(?:near|opposite|beside|adjacent to|adjoining|close to|next to|alongside|(?:north|south|east|west|rear|outskirts|village|town|parish|ward|hamlet|borough|city|suburb|edge|centre) of"
    r"|at|in|via|towards|through|along|across) $"
)
_SURELY_PLACED_BEFORE = (
    r"(?i)\b(?:near|adjacent to|adjoining|(?:north|south|east|west|rear|outskirts|village|town|parish|ward|hamlet|borough|city|suburb) of"
    r"|(?:stops?|land|works?|sites?|house|premises|flood(?:s|ing)|fire|held|school|meets?|arrives?|situated|located) at) $"
)
# `12 CHARLES STREET`; `Exmouth, Devon`; `Maria DB`
_CROWNED = r"\b(?:Queen|King|Prince|Princess|Saint|St|Duke|Duchess|Earl)\.? $"  # `Queen Elizabeth Hall`
_NUMBERED = r"[0-9][A-Za-z]?,? $"
# `Flat 9, 13 Donna Lock`: the number of a house, not a year or what a list counts with
_HOUSE = r"(?i)(?:^|[,;(] ?|\b(?:at|of|near|outside|along|to|visited|from) )(?:(?:flat|studio|unit|apartment|plot) )?(?:[0-9]{1,3}|1[0-8][0-9]{2})[a-z]?,? $"
# `Flat 13, Wellington House, Edith Street`
_OF_A_HOUSE = r"(?-u:\b)(?:House|Cottage|Court|Lodge|Villas?|Flats?|Farm|Mill|Buildings?|Tower|Hall|Apartments?),? $"
_LIKE_A_STREET = r" (?:Street|Lane|Hill|Green|Wood|Park|Bank|Gate|Field|Fields|Mount|Church|Bridge|Cross|Head|Grove|North|South|East|West)$"
_TOWN_BEHIND = (
    r"(?i), ?(?:devon|kent|chester|lincoln|bradford|preston|bolton|burnley|bury|carlisle|derby|durham|hastings|kendal|lancaster|leicester|oldham|stafford|warwick|wells|york|london"
    r"|washington|windsor|essex|sussex|surrey|dorset|norfolk|suffolk|somerset|cornwall|ashford|crawley|dudley|halifax|kingston|sutton|barnsley|stockport|wigan|redditch|telford)$"
)
# `Father Christmas`, of which the second word alone would be a name
_NOBODY = r"(?:Father Christmas|Father Time|Uncle Sam|Uncle Tom|Uncle Ben|Mother Teresa|Mother Hubbard|Private Ryan|Aunt Sally|Goodnight Mr Tom|Goodnight Mister Tom)$"
_CULTIVAR = r"\b(?:[Cc]lematis|[Pp]eony|[Pp]aeonia|[Hh]ydrangea|[Ff]uchsia|[Dd]ahlia|[Nn]arcissus|[Tt]ulip|[Hh]osta|[Pp]elargonium|[Rr]hododendron|[Cc]amellia|[Bb]uddleja|[Pp]enstemon) [\"'\x{2018}\x{201c}]?$|\b[Rr]os[ae] [\"'\x{2018}\x{201c}]$"
_TITLED_STREET = r"^(?:Lord|Lady|Sir|Captain|Admiral|General|Bishop|Canon|Dame) \p{L}+ (?:Street|Lane|Gate|Park|Bridge|Lodge|Grove|Church|Cross|Castle|Tower)$"
_PLANT = r"^(?:Dahlia|Clematis|Fuchsia|Peony|Hosta|Penstemon|Pelargonium|Geranium|Camellia|Magnolia|Rhododendron|Narcissus|Tulip) (?:\p{L}+ ){1,2}\p{L}+$"
_SHORT_IN_CAPITALS = r"[a-z] [A-Z]{2,3}$"

_THING_BEFORE = (
    r"(?i)\b(?:wards?|houses?|classes|class|rooms?|boardroom|theatre|venue|pub|school|building|block|estate|suite|stand|hall|wing|brand|supplier|merchant|employer|firm|place of (?:birth|death|residence)|birthplace|location|shop|store|street|road|ship|boat|engine|locomotive|variety|cultivar|breed|species)(?: name)?: ?$"
    # `Starter form: Ada Khan` is none of a school
    r"|(?:^|[^a-z\s]\s*|\b(?:class|tutor|year) )forms?(?: name)?: ?$"
    r"|\b(?:clematis|roses?|rosa|peony|paeonia|hydrangea|fuchsia|dahlia|narcissus|tulips?|iris|lily|hosta|pelargonium|geranium|rhododendron|azalea|camellia|magnolia|ceanothus|buddleja|hebe|syringa|lilac|apple|pear|plum|potato(?:es)?|sweet pea|phlox|aster|viola|penstemon|salvia|heuchera) ?[\"'\x{201c}\x{2018}]?$"
    r"|\b(?:(?:the|an?|hms|rms|ss|mv)|(?:novels?|films?|books?|plays?|musicals?|read|reading|watched|watching|pub|songs?|albums?|characters?|ships?|boats?|vessels?|horses?|storm|hurricane|brands?"
    r"|statue of|portrait of|works of|biography of|screening of|production of|performance of)(?: (?:called|named|is))?:?) ?[\"'\x{201c}\x{2018}]?$"
)


def without_things_and_places(found: pl.DataFrame) -> pl.DataFrame:
    """Leave out what the words around make a firm, a place or a thing.

    Args:
        found: Names with `piece`, the run that holds each, `begin` and `end` within it, `left` and `right` of it, `score`.
    """
    piece, right, score = pl.col("piece"), pl.col("right"), pl.col("score")
    last = pl.col("end") >= piece.str.len_chars().cast(pl.Int64) - 1
    # `Hill, Carter and Graham` are partners of a firm
    partners = piece.str.contains(",", literal=True) & right.str.contains(r"^ (?:and|&) \p{Lu}")
    firm = right.str.contains(_NOT_A_PERSON_AFTER) | partners
    behind = piece.str.slice(pl.col("end")) + right
    found = found.filter(~(last & firm) | (score >= _SURE), ~behind.str.contains(_CALLED_AFTER))
    # What stands right before the name: more of the run, or what the run stands behind
    before = pl.col("left") + piece.str.head(pl.col("begin"))
    # `Ada Khan a Bo Ek` is Welsh
    thing = before.str.contains(_THING_BEFORE) & (score < _SURE) & (before != " a ")
    placed = before.str.contains(_PLACED_BEFORE) & (score < 0.85)
    placed |= before.str.contains(_SURELY_PLACED_BEFORE) & (score < _SURE)
    placed |= before.str.contains(_NUMBERED) & (score == BY_A_PLACE)
    name = piece.str.slice(pl.col("begin"), pl.col("end") - pl.col("begin"))
    placed |= before.str.contains(_OF_A_HOUSE) & (score < _SURE) & name.str.contains(_LIKE_A_STREET)
    placed |= before.str.contains(_CROWNED) & (score < 0.85)
    placed |= before.str.contains(_HOUSE) & (score < _SURE)
    placed |= before.str.contains(_CULTIVAR)
    # `Marks & Spencer, Ted Baker`
    placed |= before.str.ends_with("& ") & piece.str.contains(",", literal=True)
    # `Sam Smith's` and nothing else is a house or a shop
    placed |= behind.is_in(["'s", "'S"]) & (before == "")
    nobody = pl.concat_str(before.str.tail(16), piece.str.slice(pl.col("begin"), pl.col("end") - pl.col("begin")))
    return found.filter(~thing & ~placed & ~nobody.str.contains(_NOBODY))


def without_namesakes(found: pl.DataFrame) -> pl.DataFrame:
    """Leave out kings, what queens and saints gave their names to, and towns with their county.

    Args:
        found: Names with `piece`, the name itself, and `score`.
    """
    piece, score = pl.col("piece"), pl.col("score")
    reigned = piece.str.contains(r" (?:I[IVX]|III|V[I]{1,3}|X[IV]?)$") & (score < 0.7)  # `Edward VI`
    gave = (score == BY_A_PLACE) & piece.str.contains(_GAVE_THEIR_NAMES)
    town = piece.str.contains(_TOWN_BEHIND) | (piece.str.contains(_SHORT_IN_CAPITALS) & (score <= 0.65))
    plant = piece.str.contains(_PLANT)
    called = piece.str.contains(_TITLED_STREET)
    return found.filter(~called & ~reigned & ~gave & ~town & ~plant)
