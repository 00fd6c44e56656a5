"""What stands around values: names of columns and sentences, those of each half of the set apart."""

from __future__ import annotations

# Names of columns that hold nothing but the kind; the first half of each is for development, the second held out
COLUMNS: dict[str, tuple[str, ...]] = {
    "email": ("email", "Contact e-mail", "applicant_email", "EmailAddress", "mail", "col_a"),
    "phone": ("phone", "Telephone No.", "mobile", "contact_number", "tel", "field_3"),
    "postcode": ("postcode", "Post Code", "site_postcode", "PCODE", "postal_code", "c7"),
    "national_insurance": ("nino", "NI Number", "national_insurance_no", "NINumber", "ni_no", "value_1"),
    "nhs_number": ("nhs_number", "NHS No", "patient_nhs", "NhsNumber", "nhs", "identifier"),
    "card": ("card_number", "Card No", "payment_card", "CardNumber", "pan", "col_x"),
    "iban": ("iban", "IBAN", "bank_iban", "Iban Code", "iban_no", "f9"),
    "sort_code": ("sort_code", "Sort Code", "sortcode", "bank_sort_code", "SortCode", "branch_sort_code"),
    "account_number": ("account_number", "Account No", "bank_account", "AccountNumber", "acc_no", "acct_number"),
    "date_of_birth": ("date_of_birth", "DOB", "birth_date", "DateOfBirth", "born_on", "D.O.B."),
    "passport": ("passport", "passport_number", "Passport No.", "PassportNumber", "passport_no", "pass_port_no"),
    "driving_licence": ("driving_licence", "Licence No", "driver_number", "DrivingLicenceNumber", "dl_number", "ref_b"),
    "vehicle_registration": ("vrm", "registration", "vehicle_reg", "NumberPlate", "reg_no", "col_3"),
    "ip_address": ("ip", "client_ip", "IP Address", "ipAddress", "remote_addr", "source"),
    "utr": ("utr", "UTR", "tax_reference", "UniqueTaxpayerReference", "utr_number", "sa_utr"),
    "uprn": ("uprn", "UPRN", "property_uprn", "Uprn", "uprn_no", "site_uprn"),
    "name": ("name", "applicant_name", "Full Name", "ContactName", "officer", "tenant", "agent", "customer"),
}

SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "email": (
        ("Please write to {x}.", "Contact: {x}, or call in.", "<{x}> asked for an update", "mailto:{x}", "Objection received from {x} on Tuesday"),
        ("Reply-to={x};", "Copies were sent to {x} and to the ward office.", "e-mail {x}", "({x})", "Forwarded by {x}:"),
    ),
    "phone": (
        ("Please ring {x} after six.", "Tel: {x}.", "Her number is {x}, mornings only.", "Fax {x}", "call us on {x} to book", "T {x}"),
        ("Phoned {x}; no answer.", "M: {x}", "You can reach the agent on {x}.", "mob. {x}", "({x})", "The caretaker ({x}) has the keys."),
    ),
    "postcode": (
        ("The site is at 12 High Street, {x}.", "Moved to {x} in spring", "Postcode: {x}", "land adjacent to {x} was cleared"),
        ("Deliver to Flat 2, Leeds {x}, please.", "residents of {x} object", "({x})", "Nearest address is {x}; access is from the rear."),
    ),
    "national_insurance": (
        ("NI number {x}.", "His National Insurance number is {x}, he says.", "NINO: {x}", "Claimant {x} was paid."),
        ("Quoted {x} as proof of identity.", "nino={x}", "Payroll holds {x} for this worker.", "N.I. No. {x}"),
    ),
    "nhs_number": (
        ("NHS number: {x}.", "Patient {x} was seen on the ward.", "NHS No {x}", "Referral for {x} received"),
        ("The patient's NHS number is {x}, see letter.", "nhs={x}", "Discharge summary, {x}, filed.", "NHS#: {x}"),
    ),
    "card": (
        ("Paid with card {x}.", "Card number {x} exp 04/27", "He read out {x} over the phone.", "Refund to {x}, please"),
        ("The receipt shows {x} as the card used.", "PAN: {x}", "charged to {x} twice", "Visa {x}."),
    ),
    "iban": (
        ("IBAN: {x}.", "Please pay into {x} by Friday.", "Transfer to {x}"),
        ("The grant goes to {x}, reference 12.", "iban {x}", "Beneficiary account {x} was confirmed."),
    ),
    "sort_code": (
        ("Sort code {x}.", "The bank's sort code is {x}, at Leeds.", "S/C: {x}"),
        ("sort-code: {x}", "Their sort code ({x}) has changed.", "Sortcode {x}"),
    ),
    "account_number": (
        ("Account number {x}.", "Her bank account is {x}, she wrote.", "A/c no: {x}"),
        ("acct {x}", "Pay account no. {x} at Barclays.", "bank account number: {x}"),
    ),
    "date_of_birth": (
        ("Born on {x}.", "DOB: {x}", "Her date of birth is {x}, so she qualifies.", "d.o.b. {x}", "was born {x} in Hull"),
        ("Date of Birth: {x};", "He was born on {x}.", "(b. {x})", "dob {x}", "Birthday: {x}"),
    ),
    "passport": (
        ("Passport number {x}.", "Passport: {x}", "Holds British passport {x}, valid."),
        ("passport no. {x} was shown", "His passport ({x}) has expired.", "UK Passport No: {x}"),
    ),
    "driving_licence": (
        ("Driving licence {x}.", "Licence number: {x}", "Showed {x} at the desk."),
        ("driver number {x} was checked", "DVLA: {x};", "ID seen: {x}"),
    ),
    "vehicle_registration": (
        ("A blue van, {x}, blocks the lane.", "Vehicle registration {x}.", "Reg: {x}", "Parked car {x} was ticketed"),
        ("The lorry ({x}) was left overnight.", "VRM {x}", "number plate {x} noted", "skip lorry reg. no. {x}"),
    ),
    "ip_address": (
        ("Request from {x} was refused.", "IP: {x}", "client={x} status=200", "Logged in from {x}."),
        ("[{x}] GET /permits", "remote address {x}, again", "traced to {x}"),
    ),
    "utr": (
        ("UTR {x}.", "His UTR is {x}, for self assessment.", "Unique Taxpayer Reference: {x}"),
        ("utr no {x}", "HMRC reference (UTR): {x};", "The contractor's tax reference is {x}."),
    ),
    "uprn": (
        ("UPRN {x}, 10 Example Street, Leeds.", "UPRN: {x}", "The property (UPRN {x}) is empty."),
        ("Flat 3, 8 Mill Lane, Hull, uprn {x}", "Unique property reference number {x}.", "Dwelling with UPRN {x}"),
    ),
    "name": (
        ("Spoke to {x} on the phone.", "{x} objects to the proposal.", "The applicant is {x}.", "Letter from {x}, received today", "Signed: {x}",
         "I met {x} at the site and he agreed.", "According to {x}, the wall is older."),
        ("{x} called about the fence.", "The agent, {x}, will attend.", "Dear {x},", "Kind regards, {x}", "this was decided by {x} last week",
         "We heard from {x} and others.", "Tenant: {x}."),
    ),
}

# Sentences and cells that hold nothing personal, though they look it
PLAIN: tuple[tuple[str, ...], tuple[str, ...]] = (
    (
        "Will you come in May?", "The rose garden will open in June.", "Victoria Road is closed.", "The report by Grant Thornton LLP is late.",
        "Marks and Spencer asked for longer hours.", "Milton Keynes grew quickly.", "The Planning Officer will visit.", "Version 2.10.3 was released.",
        "Order 1234567890123 was sent.", "Application PA/2024/01234 was refused.", "Opened 09:00-17:00.", "See section 3.2.1 of the plan.",
        "The fee is £1,234.56.", "Listed building consent 07/00123/LBC", "Local authority E09000001", "Grid reference TQ 30080 80100",
        "decided on 12/03/2021", "Received 2023-11-04", "King Edward Street", "St James Park", "Mark the plan in red.", "Christian Aid collected.",
        "A grant will be paid.", "Page 12 of 40", "Class E use, 250 sqm", "The Queen Elizabeth Hospital", "Charles Dickens School", "Ref: 2024-000123-45",
        "SIC code 47110", "invoice INV-00012345", "M25 junction 10", "Part L of the regulations", "Phase 2B starts", "Monday 4 March", "Great Western Railway",
        "python 3.11.7", "@council tweeted", "see example.com for more", "file logo@2x.png", "12 x 40 mm", "A4 paper, 80 gsm", "COVID-19 closures",
        "Rose Cottage", "May Day Bank Holiday", "Albert Square", "Tesco Stores Ltd", "Henry Boot plc", "John Lewis Partnership", "Net Zero Strategy",
        "West Sussex County Council", "Local Plan Review", "Town and Country Planning Act", "United Kingdom", "North East", "Not Applicable", "High Court",
    ),
    (
        "It may be that Will Writing is offered.", "May 2024 was wet.", "Elizabeth Line works continue.", "Baker Street was resurfaced.",
        "Taylor Wimpey built the estate.", "Thomas Cook Ltd was dissolved.", "The Case Officer agreed.", "Release 10.0.1 is out.", "Tracking number 12345678901",
        "Appeal APP/X1234/W/24/3312345", "From 10:30 to 11:45", "Clause 4.1.2.3 applies.", "It costs 2,500,000 pounds.", "Tree order TPO 12/99",
        "Ward E05009288", "SU 41234 12345", "approved 4 May 2022", "updated 2024-02-29T10:00:00", "Queen Anne Terrace", "St Mary Abbots Church",
        "Hope springs eternal.", "Frank views were aired.", "Jack up the frame.", "Bill of quantities", "Table 7 of 12", "Use class B2/B8", "Prince Philip House",
        "Isaac Newton Academy", "Case number 20240001234", "order no. 4532-99812", "NACE 62.01", "A1(M) at Leeds", "Schedule 2A", "Stage 3C", "Friday 13 June",
        "South Western Trains", "polars 2.1.0", "#planning", "docs at readthedocs.example", "image@3x.jpg", "3 x 12 ft", "B2 pencil", "Year 2000 bug",
        "Holly Lodge", "Spring Bank Holiday", "Trafalgar Square", "Sainsbury's Supermarkets Ltd", "Barratt Developments plc", "Rowntree Foundation",
        "Clean Air Zone", "Kent County Council", "Design Code Review", "Localism Act", "Great Britain", "South West", "Not Known", "Crown Estate",
    ),
)
NEGATIVE_COLUMNS: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("order_number", "reference", "sha256", "uuid", "version", "amount", "easting", "lad_code", "decided_on", "isbn", "grid_ref", "status", "street", "organisation", "time", "year", "product_code", "epoch"),
    ("case_ref", "tracking", "commit", "guid", "release", "cost", "longitude", "ward_code", "received_date", "ean", "os_grid", "outcome", "road", "company", "duration", "period", "sku", "timestamp"),
)
