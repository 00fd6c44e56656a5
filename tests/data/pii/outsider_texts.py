"""The texts of the outsider's set: sentences of public services with marked spans, and some with hard negatives only."""

import random
import re

import outsider_values as v

R = random.Random
POSITIVE = """
{name} attended the drop-in at {place} library and asked for a call back on {phone}.
Dear Sir or Madam, I am writing to complain about the missed collection at {street}, {place} {postcode}.
Spoke to {titled} this morning; she confirmed her NHS number is {nhs_number} and her date of birth is {date_of_birth}.
Please update my bank details: sort code {sort_code}, account number {account_number}.
I object to the proposal at {street} because it will overlook my garden. {name}, {street}, {place}, {postcode}
My National Insurance number is {national_insurance} and I have not had a payment since {date}.
Client's NI no. {national_insurance}. UC claim made {date}. Advised to bring passport ({passport}) to next meeting.
Hi {first}, thanks for your email. Could you ring me on {phone} after 3pm? Best wishes, {first}
Re: {name} (DOB {date_of_birth}), NHS No. {nhs_number}
This {age} year old gentleman, {titled}, was reviewed in clinic on {date}.
Thank you for referring {titled}, who lives at {street}, {place} {postcode}.
Pupil's mother, {titled}, phoned the office to say {first} would be late; contact {phone}.
Parent contact: {name} {phone} / {email}
The vehicle, registration {vehicle_registration}, was abandoned outside {street} on {date}.
A silver Ford Focus ({vehicle_registration}) has been parked across my drive for three weeks.
Please send the refund to IBAN {iban} as I have moved abroad.
The tenant paid by card {card} over the phone, which should not have been written down here.
Self Assessment enquiry: UTR {utr}, {name}, tax year 2021/22.
He gave his driving licence number as {driving_licence} when stopped.
Login was refused from {ip_address} at 09:41 on {date}.
Property: UPRN {uprn}, {street}, {place}, {postcode}.
Kind regards
{name}
Housing Officer
{phone}
{email}
From: {name} <{email}>
Sent: {date}
Subject: missed bin
Safeguarding note: {name} disclosed to {titled} that the money had been taken from account {account_number}, sort code {sort_code}.
Mum ({name}, born {date_of_birth}) has moved in with her sister at {postcode}.
Discussed with Dr {last}, who will write to {titled} separately.
Seen by {name}, band 6 physio, with {titled} present throughout.
cc {titled}, {street}, {place} {postcode}
Yours sincerely, {name}
Visited {first} at home today. Flat cold, no food in. {first}'s daughter {name} can be reached on {phone}.
I was told by {name} on the phone that my claim would be paid by {date}, reference {ref}.
Witness statement of {name}, of {street}, {place}.
Councillor {name} asked whether the contractor had been paid.
{titled} of {place} said she had "never seen anything like it".
Could you forward this to {email} please, my old address no longer works.
The caller left the number {phone} but no name.
Emergency contact is her neighbour {name}, tel {phone}.
Claimant {name}, NINO {national_insurance}, failed to attend on {date}.
Direct debit set up from {sort_code} {account_number} for council tax ref {ref}.
Passport number {passport} was seen and copied by {name}.
Identity checked: UK passport {passport}, driving licence {driving_licence}.
Our client was born on {date_of_birth} in {place} and has lived in the UK since {year}.
D.O.B: {date_of_birth}  NHS: {nhs_number}  GP: Dr {last}
Patient: {comma}, {date_of_birth}, Hosp No {ref}
I enclose a cheque for {money} payable to {name}.
My landlord is {name} and his email is {email}, mobile {phone}.
The applicant, {name}, wishes to build a single storey extension at {street}, {place} {postcode}.
School trip: {name} (Year 4) is allergic to nuts - ring {phone} at once.
{name} and {name} were both excluded for two days.
Meeting attended by {name}, {name} and {titled}; apologies from {titled}.
Minutes taken by {name}.
Action: {name} to chase the contractor by {date}.
Interpreter needed. {name} speaks Urdu only. Call her son {first} on {phone}.
Van {vehicle_registration} collected the sofa from {street}, {postcode} at 10:30.
Blue badge holder {name}, badge vehicle {vehicle_registration}.
Payment of {money} sent to {iban} on {date}.
I have asked three times for a copy of my record. My NHS number: {nhs_number}. {name}
Number given was {phone} but it rang out twice, tried {phone} instead.
She can be emailed at {email} or written to at {street}, {place}, {postcode}.
UTR: {utr}. NINO: {national_insurance}. Call back on {phone}.
The request came from {ip_address}, the same as on {date}.
Sessions were opened from {ip_address} and {ip_address} by the same user, {email}.
{titled} lives alone at {postcode} and her next of kin is {name}.
The deceased, {name}, was born on {date_of_birth} and died on {date}.
Birth registered: {name}, born {date_of_birth} at {place} General.
Mr and Mrs {last} have lived at {street} since {year}.
Tutor's comment: {first} has worked hard this term and {first}'s reading has come on. Mrs {last}
Reported by {name} on {date}; police ref {ref}.
My mother, {name}, is 84 and cannot use the website.
I spoke with {first} in your call centre who was very rude.
Letter returned undelivered: {titled}, {street}, {place}. {postcode}.
Card ending changed; old card number was {card}, new one {card}.
Bank: {iban}. Name on account: {name}.
Foster carer {name} rang at 21:10 from {phone}.
Allocated social worker: {name} ({email}).
Referred by {name}, health visitor, {place} clinic, {phone}.
The respondent {name} did not appear. The claimant {name} represented herself.
Signed by {name} in the presence of {name}.
We understand from {titled} that the fence was put up in {year}.
Child A (real name {name}) was seen at school.
UPRN: {uprn} - keys with the neighbour, {name}, at number 14.
Tel: {phone}; fax: {phone}; e-mail: {email}.
The office says to ask for {name} on extension 214.
Licence holder {driving_licence}, vehicle {vehicle_registration}, offence on {date}.
Please note that my new address from {date} will be {street}, {place}, {postcode}.
Consultant: {titled}. Copy to GP and to patient at {postcode}.
He was seen with {first} and {first} near the bus station.
Thanks {first}
Hello, its {name} here, i rang yesterday about my rent my number is {phone} thanks
my name is {name} and my date of birth is {date_of_birth}
hi can someone call me on {phone} about the damp at {postcode} thx
pls change my email to {email} ta
Prescribed amoxicillin 500mg. {titled} to re-attend if no better.
Probation officer {name} confirmed the release date as {date}.
Refund issued to sort code {sort_code} and account {account_number} in the name of {name}.
Account holder {name}; a/c {account_number}; s/c {sort_code}.
I, {name}, of {street}, {place} {postcode}, make oath and say as follows.
The lead petitioner is {name} and 214 people signed.
DBS certificate seen for {name}, dated {date}.
Neighbour at 16 ({name}) has keys.
Son - {name} - lives in {place}. Daughter - {name} - abroad.
Please contact our caseworker {name} quoting {ref}.
Attendance: {name} 92%, {name} 88%.
Objection from {name}, {street}.
Thank you to {name} for the minutes and to {titled} for the tea.
The boy told {titled} that his dad, {first}, shouts a lot.
Nurse {last} took bloods; results to Dr {last}.
PC {last} attended and spoke to {name}.
Head teacher {titled} wrote to parents on {date}.
"""
NEGATIVE = """
The planning application {ref} was approved on {date} subject to conditions.
The total cost was {money} against a budget of {money}.
Order number {other10} was dispatched on {date}.
We upgraded from version {version} to version {version} last week.
The committee met at {place} Town Hall on {date} and approved the minutes.
Please quote reference {ref} in all correspondence.
Bins will not be collected on Christmas Eve or Boxing Day.
The Prince Albert on Victoria Road has applied to extend its hours.
Blood pressure was {bp} and weight was {kg}.
The book (ISBN {isbn}) is available from all libraries.
Grid reference {grid}, elevation 214 metres.
See section 4.2.1.3 of the policy, and paragraph 12.6.
The meeting ran from 10:00 to 12:30 in Room 2.14.
The survey had 1,204 responses, of which 63% were satisfied.
Ward E05{d6} had a turnout of 34%.
Charity number {d7}, company number {d8}.
The patient was started on ramipril 2.5mg and reviewed in six weeks.
Parkinson's disease nurse to visit monthly.
Queen Elizabeth Hospital has 14 wards including Florence Nightingale Ward.
The Elizabeth Line will not serve Bond Street on Sunday.
Council tax band D is {money} for the year 2024/25.
Commit {hash} fixed the rounding error.
Job {uuid} failed after 3 retries.
The product code is {sku} and the batch is {other8}.
The Human Rights Act 1998 and the Data Protection Act 2018 apply.
Meeting with the Department for Work and Pensions on {date}.
The lift at Grenfell House is out of order again.
Tree Preservation Order {ref} covers the oak.
The area of the site is 0.214 ha, 12 x 45 m.
Temperature fell to -3.5°C overnight.
Each pupil gets a free meal at Key Stage 1.
The school will close at 14:15 on {date} for staff training.
Please allow 28 days for delivery to Northern Ireland.
Bus 214 and 36A stop outside the Post Office.
The road (A6120) will be shut between junctions 3 and 5 of the M62.
The invoice total of {money} is overdue by 30 days.
VAT registration GB{d9} appears on the invoice.
The meter reading was {d5} on {date}.
Marks & Spencer and John Lewis have both left the high street.
We bought it from Taylor Wimpey in {year}.
Universal Credit was paid on {date}, four days late.
Reported as a category 2 hazard under the Housing Act 2004.
Our offices are open Monday to Friday, 9am to 5pm.
The MOT expired on {date} and the mileage was {d5}.
Mobile library route 7 covers Long Preston and Bell Busk.
The ballot closes at noon on {date}.
I am very unhappy with the state of the park and the broken swings.
The fence is 2.1 metres high which breaks the rules.
There were 12 (twelve) objections and 3 letters of support.
The serial number on the boiler is {serial}.
IMEI {imei} was reported stolen.
Barcode {gtin} would not scan.
The MAC address is {mac}.
Take the 09:15 from Kings Cross to York.
The Early Help team will review in May, or June at the latest.
Will the council please mark the bay and bill the developer?
Grant funding of {money} was awarded for the Rose Garden.
The chase is on to find a new head of Adult Social Care.
The case was closed with no further action.
May I remind you that rent is due?
Tracking number {track} shows as delivered.
USRN {d8} is a private street.
Asthma review due; peak flow 420.
Hodgkin lymphoma was ruled out.
The Duke of Edinburgh's Award starts in the Autumn Term.
Ofsted URN {d6}; the school was rated Good.
LSOA E010{d5b} is in the most deprived decile.
Case {d7} was passed to the Ombudsman.
The card reader in Costa Coffee was broken.
The licence fee rises to {money}.
The passport office in Peterborough is closed.
The sort code and account number must be sent by post.
My date of birth is wrong on your records.
Please give your NHS number and a contact number.
"""
OTHERS = {
    "place": lambda r: r.choice(v.CITIES + ["Skipton", "Kendal", "Barnsley", "Grimsby", "Swindon", "Luton"]),
    "street": v.street,
    "date": lambda r: v.date(r, 2016, 2026),
    "year": lambda r: str(r.randint(1990, 2024)),
    "age": lambda r: str(r.randint(18, 96)),
    "money": lambda r: r.choice([f"£{r.randint(10, 999)}.{v.digits(r, 2)}", f"£{r.randint(1, 99)},{v.digits(r, 3)}", f"£{r.randint(1, 9)}.{r.randint(1, 9)} million"]),
    "ref": lambda r: r.choice([f"{r.randint(15, 26)}/{v.digits(r, 5, '0')}/FUL", f"CMP-{v.digits(r, 6)}", f"HB{v.digits(r, 7)}", f"2023/{v.digits(r, 4)}/HOU", f"REF{v.digits(r, 5)}"]),
    "version": lambda r: f"{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}{r.choice(['', '.' + v.digits(r, 1)])}",
    "bp": lambda r: f"{r.randint(100, 180)}/{r.randint(60, 99)}",
    "kg": lambda r: f"{r.randint(40, 120)}.{r.randint(0, 9)} kg",
    "isbn": lambda r: v.gtin(r).replace("50", "97", 1),
    "grid": lambda r: f"{r.choice(['SE', 'TQ', 'NY'])} {v.digits(r, 3)} {v.digits(r, 3)}",
    "hash": lambda r: f"{r.getrandbits(160):040x}"[: r.choice([7, 12, 40])],
    "uuid": lambda r: "-".join(f"{r.getrandbits(n * 4):0{n}x}" for n in (8, 4, 4, 4, 12)),
    "sku": lambda r: f"{v.letters(r, 2)}{v.digits(r, 3)}-{v.letters(r, 3)}",
    "serial": lambda r: f"{v.letters(r, 2)}{v.digits(r, 2)}{v.letters(r, 2)}{v.digits(r, 5)}",
    "imei": v.imei,
    "gtin": v.gtin,
    "mac": lambda r: ":".join(f"{r.getrandbits(8):02X}" for _ in range(6)),
    "track": lambda r: f"{v.letters(r, 2)}{v.digits(r, 9)}GB",
    "other10": v.neither,
    "other8": lambda r: v.digits(r, 8),
    "d5": lambda r: v.digits(r, 5), "d5b": lambda r: v.digits(r, 5), "d6": lambda r: v.digits(r, 6), "d7": lambda r: v.digits(r, 7),
    "d8": lambda r: v.digits(r, 8), "d9": lambda r: v.digits(r, 9),
}  # fmt: skip
NAMES = {
    "first": lambda r: r.choice(v.GIVEN),
    "last": lambda r: r.choice(v.FAMILY),
    "titled": lambda r: f"{r.choice(['Mr', 'Mrs', 'Ms', 'Miss', 'Dr', 'Professor', 'Mrs', 'Mr'])} {r.choice(['', '', r.choice(v.GIVEN) + ' ', r.choice(v.GIVEN)[0] + ' '])}{r.choice(v.FAMILY)}",
    "comma": lambda r: f"{r.choice(v.FAMILY).upper()}, {r.choice(v.GIVEN)}",
    "name": lambda r: f"{r.choice(v.GIVEN)}{r.choice(['', '', '', ' ' + r.choice(v.GIVEN), ' ' + r.choice(v.GIVEN)[0] + '.'])} {r.choice([*v.FAMILY, *v.FAMILY, f'{r.choice(v.FAMILY)}-{r.choice(v.FAMILY)}', chr(79) + chr(39) + 'Connor'])}",
}  # fmt: skip
BEFORE = {"Dr {last}": "Dr ", "Mrs {last}": "Mrs ", "Nurse {last}": "Nurse ", "PC {last}": "PC "}


def templates(text: str) -> list[str]:
    """The lines; a letter's end and an e-mail's head are kept whole."""
    lines = text.strip().split("\n")
    out: list[str] = []
    whole = {"Kind regards": 5, "From: {name} <{email}>": 3}
    while lines:
        n = whole.get(lines[0], 1)
        out.append("\n".join(lines[:n]))
        lines = lines[n:]
    return out


def fill(r: R, template: str) -> tuple[str, list[list[object]]]:
    text, spans = "", []
    for part in re.split(r"({\w+})", template):
        key = part.strip("{}")
        if part == "{" + key + "}":
            kind = "name" if key in NAMES else key
            made = (NAMES.get(key) or OTHERS.get(key) or (lambda r, k=key: v.bare(r, k)))(r)
            if key == "vehicle_registration":
                while not v.dated(made):
                    made = v.bare(r, key)
            if key == "sort_code" and "Direct debit" in text:
                made = v.cut(v.digits(r, 6), [2, 2, 2], "-")
            at = len(text)
            if key == "last":
                title = re.search(r"(?:Dr|Mrs|Mr and Mrs|Nurse|PC) $", text)
                at -= len(title[0]) if title else 0
            text += made
            if key not in OTHERS:
                spans.append([at, len(text), kind])
        else:
            text += part
    return text, spans


def text_set(r: R, times: int) -> list[dict[str, object]]:
    """Give so many cells of each sentence."""
    rows = [fill(r, line) for line in templates(POSITIVE) + templates(NEGATIVE) for _ in range(times)]
    r.shuffle(rows)
    return [{"text": text, "spans": spans} for text, spans in rows]
