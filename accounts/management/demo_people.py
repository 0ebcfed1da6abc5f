"""Names and homes of the demo world's customers."""

from typing import NamedTuple


class Home(NamedTuple):
    """Where customers live. A phone number is the prefix and two digits of one's own; some homes give none.

    Regulators keep numbers for films (the North American 555-01, the Bundesnetzagentur's 0171 39200, ACMA's 0491 570,
    PTS's 070 174 06): these ring nowhere. India keeps none, so its are of the plainest
    kind; the demo sends nothing anyway.
    """

    phone_prefix: str
    language: str
    currency: str
    timezone: str


DELHI = Home("+9190000000", "hi", "INR", "Asia/Kolkata")
BENGALURU = Home("+9190000001", "en", "INR", "Asia/Kolkata")
CHENNAI = Home("+9190000002", "ta", "INR", "Asia/Kolkata")
NEW_YORK = Home("+120255501", "en", "USD", "America/New_York")
BERLIN = Home("+4917139200", "de", "EUR", "Europe/Berlin")
STOCKHOLM = Home("+467017406", "sv", "SEK", "Europe/Stockholm")
LONDON = Home("", "en", "GBP", "Europe/London")
PARIS = Home("", "fr", "EUR", "Europe/Paris")
MADRID = Home("", "es", "EUR", "Europe/Madrid")
TOKYO = Home("", "ja", "JPY", "Asia/Tokyo")
DUBAI = Home("", "ar", "AED", "Asia/Dubai")
KUWAIT = Home("", "ar", "KWD", "Asia/Kuwait")

# Names with accents, other scripts, hyphens, apostrophes, one letter and no family name are part of any real world.
CUSTOMERS: tuple[tuple[str, str, Home], ...] = (
    ("Aarav", "Sharma", DELHI),
    ("Priya", "Nair", BENGALURU),
    ("Rohan", "Mehta", DELHI),
    ("Ananya", "Iyer", CHENNAI),
    ("Vikram", "Singh Rathore", DELHI),
    ("Kavya", "Reddy", BENGALURU),
    ("Arjun", "Patel", DELHI),
    ("Meera", "Krishnan", CHENNAI),
    ("Ishaan", "Gupta", DELHI),
    ("Diya", "Banerjee", BENGALURU),
    ("Farhan", "Qureshi", DELHI),
    ("Lakshmi", "S", CHENNAI),
    ("Suresh", "Pillai", BENGALURU),
    ("Neha", "Kulkarni", BENGALURU),
    ("Gurpreet", "Kaur", DELHI),
    ("Thomas", "Kurian", BENGALURU),
    ("आदित्य", "वर्मा", DELHI),
    ("Zoya", "Khan", DELHI),
    ("Joseph", "D'Souza", BENGALURU),
    ("Nandini", "Rao", BENGALURU),
    ("Revathi", "", CHENNAI),
    ("Karan", "Malhotra", DELHI),
    ("Emily", "Carter", NEW_YORK),
    ("Marcus", "Washington", NEW_YORK),
    ("Sofía", "Hernández-Ruiz", NEW_YORK),
    ("Jürgen", "Großmann", BERLIN),
    ("Leonie", "von der Heide", BERLIN),
    ("Mehmet", "Yıldız", BERLIN),
    ("Åsa", "Lindqvist", STOCKHOLM),
    ("Oliver", "Whitmore", LONDON),
    ("Siobhán", "O'Connor", LONDON),
    ("Chidi", "Okonkwo", LONDON),
    ("Éloïse", "Lefèvre", PARIS),
    ("Jean-Baptiste", "Moreau", PARIS),
    ("Íñigo", "Etxeberria", MADRID),
    ("陽葵", "佐藤", TOKYO),
    ("Kenji", "Watanabe", TOKYO),
    ("فاطمة", "الزهراء", DUBAI),
    ("Omar", "Al-Rashid", DUBAI),
    ("Noura", "Al-Sabah", KUWAIT),
)
