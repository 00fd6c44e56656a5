"""Make `outsider.jsonl`: sets by somebody who knows the published formats and has not read the detector.

    python tests/data/pii/outsider.py [FILE]

`first` has one mixed column of short values with as many hard negatives, and texts; `second`, by another maker, has
values among the fields of forms, logs, chats and letters.
"""

import json
import random
import sys
from pathlib import Path

import outsider_texts as t
import outsider_values as v

FRAMES = {
    "email": ["Reply-To: {}", "{{\"user\": \"{}\"}}", "{} (work)", "sent by {} at 09:12", "cc={};", "{}", "<a href=\"mailto:{}\">", "user:{}|ok", "E-mail address\t{}"],
    "phone": ["{}", "({})", "T {}", "tel: {} (eve)", "please ring {} before noon", "mob:{}", "Contact number\t{}", "{} - leave a message", "phone={}&x=1", "he texted from {} last night", "call me: {}!"],
    "postcode": ["{}", "14 Mill Lane, Otley, {}", "\"{}\"", "lives at {} now", "postcode:{}", "Flat 2/1, 40 High St, {} UK", "{} - Ward 4", "SHOP TO {}", "area {}?"],
    "national_insurance": ["{}", "NI:{}", "NINo. {}", "{} (NI)", "nino={}", "her national insurance number is {}", "\"{}\"", "National Insurance\t{}", "ref {} claimant"],
    "nhs_number": ["{}", "NHS:{}", "{} (NHS no.)", "nhs_number={}", "pt {} seen", "\"{}\"", "NHS Number\t{}", "NHS No.{} DNA clinic"],
    "card": ["{}", "card:{}", "{} exp 04/28", "paid with {} on Tuesday", "pan={}&cvv=", "\"{}\"", "Visa {} declined", "Card number\t{}"],
    "iban": ["{}", "IBAN:{}", "pay {} by Friday", "iban={}", "\"{}\"", "{} (EUR)", "Account (IBAN)\t{}"],
    "sort_code": ["sort code: {}", "Sort Code\t{}", "sc {}", "sort={}", "pay into sort code {} please", "{} (sort code)", "S/C: {}"],
    "account_number": ["account no {}", "Account Number\t{}", "a/c {}", "acc. no. {}", "pay into account {} please", "bank account {}", "acct={}"],
    "name": ["{}", "Name: {}", "Applicant - {}", "{} (applicant)", "Dear {},", "spoke to {} at length", "Signed {}", "Tenant: {}", "Witness: {}", "my neighbour {} complained", "name={}", "Prepared by: {}"],
    "date_of_birth": ["DOB {}", "dob={}", "Date of Birth\t{}", "born {}", "(DOB: {})", "d.o.b. {}", "she was born on {} in Fife", "birth date {}", "DoB - {}"],
    "passport": ["passport {}", "Passport No\t{}", "passport number: {}", "British passport {} expires 2031", "passport_no={}", "PASSPORT {}"],
    "driving_licence": ["{}", "licence {}", "DVLA driver number {}", "driving licence no. {}", "\"{}\"", "Driver No\t{}", "dl={}"],
    "vehicle_registration": ["{}", "reg {}", "({})", "vrm={}", "a blue Corsa, {}, hit the wall", "Vehicle registration\t{}", "PCN issued to {}", "the van {} is untaxed", "\"{}\""],
    "ip_address": ["{}", "ip={}", "Failed login from {} port 22", "client {} - GET /", "[{}]", "X-Forwarded-For: {}", "IP address\t{}", "host {} is down", "\"{}\""],
    "utr": ["UTR {}", "utr={}", "UTR: {}", "Unique Taxpayer Reference\t{}", "{} (UTR)", "SA UTR {}", "{}", "taxpayer reference {}"],
    "uprn": ["UPRN {}", "uprn={}", "UPRN\t{}", "(UPRN: {})", "UPRN {} 3 Bell Lane", "Property UPRN: {}", "{} (UPRN)"],
}  # fmt: skip
NEGATIVE_FRAMES = ["{}", "\"{}\"", "ref {}", "code={}", "({})", "{} n/a", "see {}", "value\t{}"]
TEXTS = """
Good afternoon, this is {name} from {place}. Could somebody look at my repair? My mobile is {phone}.
{name} rang again about the hedge at {postcode}; she wants a reply by e-mail to {email}.
I write as executor of the late {name} of {street}, {place} {postcode}.
Ward round: {titled} comfortable, obs stable. NHS {nhs_number}. For home tomorrow.
Attended A&E on {date}. {titled}, born {date_of_birth}, fell from a ladder.
The defendant, {name}, drove {vehicle_registration} without insurance. Licence number {driving_licence}.
Please pay my expenses into {sort_code}, account {account_number}, name {name}.
HMRC wrote to {name} (UTR {utr}, NINO {national_insurance}) about the 2022 return.
We have verified passport {passport} for {name}.
Email chain: {email} wrote to {email} on {date}.
EHCP review for {name}: mum ({name}) asks for more support in maths.
The abusive posts came from {ip_address} between midnight and 2am.
Void property, UPRN {uprn}; former tenant {name} left no address.
Transfer {money} to {iban} and tell {email} once done.
She read me her card number, {card}, before I could stop her.
{first} is settling well and enjoys lunch with {first} and {first}.
Thank you for your letter about {name}. I have asked {titled} to look into it.
Complaint taken by {name} over the phone ({phone}). Caller upset.
On {date} we wrote to {titled} at {street}, {place}, {postcode}. No reply.
Objector: {name}. Address: {street}, {postcode}. Reason: loss of light.
Kind regards,\\n{name}\\nSchool Business Manager
Dear {titled},\\n\\nThank you for your e-mail of {date}.
I saw {name} and his wife {name} at the surgery on {date}.
He said his name was {name} and gave {phone} as his number.
Next of kin: {name} (daughter), {phone}.
"""
PLAIN = """
The path behind the allotments floods whenever it rains.
Application {ref} was refused on {date} on grounds of design.
Ring the bell at reception and ask for the duty officer.
Version {version} of the form replaced version {version} in May.
Please pay {money} within 14 days of the date of this letter.
The batch {other8} of vaccine was withdrawn.
Barking and Dagenham and Tower Hamlets share the contract.
Swim at Ponds Forge on Saturday; Year 6 will walk to Weston Park.
The house is on the corner of Albert Road and Nelson Street.
Order {other10} has not arrived and tracking {track} shows nothing.
Add the meter serial {serial} and the reading {d5}.
Charles Dickens Primary closed early because the boiler failed.
Bring three copies of form SA100 and your P60.
Phone lines open at 8:00 and close at 18:30.
A grant of {money} went to the Friends of Roundhay Park.
Hash {hash} does not match the manifest.
Blood pressure {bp}, weight {kg}, no concerns.
The Equality Act 2010 applies to Job Centre Plus too.
"""


def framed(r: random.Random, kind: str) -> dict[str, object]:
    """Give a value in one of the frames of its kind."""
    value, frame = v.bare(r, kind), r.choice(FRAMES[kind])
    if kind == "vehicle_registration" and not v.dated(value):
        frame = r.choice(["reg {}", "Vehicle registration\t{}", "vrm={}"])
    if kind == "utr" and frame == "{}":
        value = v.utr(r)
    before, after = frame.replace("{{", "{").replace("}}", "}").split("{}")
    return {"text": before + value + after, "spans": [[len(before), len(before) + len(value), kind]]}


def second(r: random.Random, each: int) -> list[dict[str, object]]:
    """Give short cells: values and hard negatives in frames, and what is no kind's shape."""
    rows = []
    for kind in FRAMES:
        rows += [framed(r, kind) for _ in range(each)]
        if kind in v.BAD:
            rows += [{"text": r.choice(NEGATIVE_FRAMES).format(v.BAD[kind](r)), "spans": []} for _ in range(each // 2)]
    rows += [{"text": v.others(r), "spans": []} for _ in range(each * 8)]
    r.shuffle(rows)
    return rows


def second_texts(r: random.Random, times: int) -> list[dict[str, object]]:
    """Give so many cells of each sentence."""
    lines = [line.replace("\\n", "\n") for line in (TEXTS + PLAIN).strip().split("\n") if line]
    return [dict(zip(("text", "spans"), t.fill(r, line), strict=True)) for line in lines for _ in range(times)]


def main(target: Path) -> None:
    """Write the set."""
    made = {
        "first/text": v.short_set(random.Random(41), 70),
        "first/note": t.text_set(random.Random(42), 2),
        "second/value": second(random.Random(97), 40),
        "second/note": second_texts(random.Random(98), 2),
    }
    lines = [json.dumps({"column": column, **cell}, ensure_ascii=False) for column, rows in made.items() for cell in rows]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".jsonl"))
