"""Made-up people: given names and family names of those who live in the United Kingdom, in the orders they are written in."""

from __future__ import annotations

from random import Random

GIVEN = """Oliver Amelia Muhammad Isla George Ava Harry Mia Noah Ivy Jack Lily Leo Rosie Charlie Freya Oscar Willow William May Rose Will
Mark Grace Aisha Fatima Mohammed Imran Priya Anjali Rajesh Gurpreet Harpreet Kwame Chidi Ngozi Adaeze Oluwaseun Folake Tunde Agnieszka
Piotr Katarzyna Krzysztof Siobhán Niamh Aoife Ciarán Eoin Saoirse Caoimhe Rhys Angharad Dafydd Siân Llewellyn Hamish Ailsa Callum Eilidh
Wei Xiu Mei Hiroshi Yuki Nguyen Thi Björn Ingrid Zoë Chloë René François José María João Søren Jean-Luc Anne-Marie Mary-Jane Abdullah Yusuf
Zainab Khadija Omar Hassan Tariq Nadia Samira Dmitri Svetlana Olena Taras Elif Mehmet Ayşe Gheorghe Ioana Andrei Margaret Doreen Reginald
Nigel Barry Sharon Tracey Kayleigh Jayden Tyrone Shanice Leroy Winston Delroy Beryl Edith Arthur Stanley Keith Susan Patricia Elizabeth
Robert Christopher Alexander Victoria Charlotte Georgina Hugo Rupert Tarquin Jemima Barnaby Kieran Declan Bronwen Gethin Tamsin Demelza""".split()
FAMILY = """Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood
Jackson Clarke Khan Ahmed Hussain Begum Ali Shah Malik Singh Kaur Gill Sharma Chowdhury Miah Uddin Okafor Adeyemi Mensah Owusu Boateng
Nowak Kowalski Wiśniewski Kowalczyk O'Brien O'Connor O’Neill Murphy Kelly Byrne Gallagher MacDonald McGregor McCarthy Campbell Stewart
Llewellyn Pugh Bevan Griffiths Chen Wong Zhang Nguyen Tran Tanaka Müller Schmidt García Fernández Silva Rossi Dubois Lefèvre Larsen
Andersson Ivanov Petrenko Yılmaz Demir Popescu Ionescu Smith-Jones Parker-Bowles Lloyd-Webber Hughes-Roberts Fitzgerald Featherstonehaugh
Cholmondeley Butterworth Ramsbottom Entwistle Higginbottom Rosewarne Trelawney Penhaligon Bartholomew Abernethy Dunwoody Young King Bishop
Marsh Field Banks Rivers Cook Baker Page Moore Price Rice Long Short Rose Grant Chambers Mistry Rahman Islam Quinn Doyle Walsh""".split()
PARTICLED = ["van der Berg", "de la Cruz", "von Trapp", "al-Rashid", "bin Salman", "de Souza", "ap Rhys", "Mac Giolla", "St John", "van Dijk", "da Silva", "ben Yusuf"]
TITLES = ["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Mr.", "Mrs.", "Dr.", "Sir", "Cllr", "Rev", "Professor", "Lady", "Mx", "Councillor"]
INITIALS = "ABCDEFGHJKLMNPRSTW"


def full(r: Random, given: list[str], family: list[str]) -> str:
    """Give a whole name in one of the forms of free text and of columns."""
    g, f = r.choice(given), r.choice(family)
    form = r.random()
    if form < 0.40:
        return f"{g} {f}"
    if form < 0.50:
        return f"{r.choice(TITLES)} {g} {f}"
    if form < 0.57:
        return f"{r.choice(TITLES)} {f}"
    if form < 0.63:
        return f"{r.choice(TITLES)} {r.choice(INITIALS)} {f}"
    if form < 0.69:
        return f"{g} {r.choice(INITIALS)}. {f}"
    if form < 0.75:
        return f"{g} {r.choice(given)} {f}"
    if form < 0.81:
        return f"{g} {r.choice(PARTICLED)}"
    if form < 0.86:
        return f"{g} {r.choice(family)}-{f}" if "-" not in f else f"{g} {f}"
    if form < 0.91:
        return f"{r.choice(TITLES)} {r.choice(INITIALS)}.{r.choice(INITIALS)}. {f}"
    return f"{g} {f}"


def in_column(r: Random, given: list[str], family: list[str]) -> str:
    """Give a whole name as a column of names holds it."""
    form = r.random()
    if form < 0.12:
        return f"{r.choice(family)}, {r.choice(given)}"
    if form < 0.2:
        return f"{r.choice(given)} {r.choice(family)}".upper()
    if form < 0.25:
        return f"{r.choice(family).upper()}, {r.choice(given)}"
    if form < 0.29:
        return f"{r.choice(given)} {r.choice(family)}".lower()
    if form < 0.33:
        return f"{r.choice(INITIALS)} {r.choice(family)}"
    return full(r, given, family)
