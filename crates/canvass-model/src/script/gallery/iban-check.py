"""IBAN check.

Refuses a bank account number that cannot be right: of the wrong length for its country, or with check digits that do not
fit (ISO 13616, modulo 97). A slip of the finger is then told where it was made, and not by the bank weeks later.
"""

import canvass

QUESTION = "iban"
LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "HU": 28,
    "IE": 22, "IT": 27, "LI": 21, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24, "SI": 19, "SK": 24,
}


def problem(text):
    """What is wrong with an IBAN, in words for whoever typed it; None when nothing is."""
    iban = "".join(text.split()).upper()
    country = iban[:2]
    if not (iban.isascii() and iban.isalnum() and country.isalpha()):
        return "An IBAN begins with two letters for the country and has only letters and digits."
    length = LENGTHS.get(country)
    if length is None:
        return f"We do not know bank accounts of the country {country}."
    if len(iban) != length:
        return f"An IBAN of {country} has {length} characters; this one has {len(iban)}."
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        return "Two characters may be swapped or one mistyped: the check digits do not fit."
    return None


def validate(response):
    text = response.answers.get(QUESTION)
    wrong = text and problem(text)
    return canvass.refuse(QUESTION, wrong) if wrong else None
