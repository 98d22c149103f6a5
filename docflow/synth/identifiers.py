"""Identifiers with right check digits: Russian tax and bank numbers, IBAN, EAN-13, VIN-like codes."""

from __future__ import annotations

import random
from collections.abc import Sequence

INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11TH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_12TH = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
"""Weights of the INN's check digits, as the Federal Tax Service (ФНС) gives them in order ММВ-7-6/435@ of 2012."""

ACCOUNT_WEIGHTS = (7, 1, 3)
"""Weights of an account's key: the Bank of Russia's rule 515 of 1997, over the BIK's last three digits and the account."""

IBAN_LENGTHS = {"DE": 18, "GB": 18, "FR": 23, "NL": 14, "AT": 16, "IE": 18}
"""Length of what follows an IBAN's country and check digits (ISO 13616 registry)."""


def digits(rng: random.Random, count: int) -> str:
    """`count` random digits, the first not zero."""
    return str(rng.randrange(10 ** (count - 1), 10**count))


def weighted_check(number: str, weights: Sequence[int]) -> str:
    """The ФНС check digit of `number`: the weighted sum modulo 11, then modulo 10."""
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))
    return str(total % 11 % 10)


def inn_of_company(rng: random.Random) -> str:
    """An INN of 10 digits, as organisations have."""
    base = f"{rng.randint(1, 79):02d}{rng.randint(1, 51):02d}{digits(rng, 5)}"
    return base + weighted_check(base, INN_10)


def inn_of_person(rng: random.Random) -> str:
    """An INN of 12 digits, as people and sole traders have."""
    base = f"{rng.randint(1, 79):02d}{rng.randint(1, 51):02d}{digits(rng, 6)}"
    base += weighted_check(base, INN_11TH)
    return base + weighted_check(base, INN_12TH)


def inn_is_valid(inn: str) -> bool:
    """Whether the check digits of an INN of 10 or 12 digits are right."""
    if not inn.isdecimal():
        return False
    if len(inn) == 10:
        return weighted_check(inn[:9], INN_10) == inn[9]
    if len(inn) == 12:
        return weighted_check(inn[:10], INN_11TH) == inn[10] and weighted_check(inn[:11], INN_12TH) == inn[11]
    return False


def kpp(rng: random.Random, inn: str) -> str:
    """A KPP of the tax office where the organisation's INN was issued."""
    return f"{inn[:4]}{rng.choice(('01', '43', '45'))}{rng.randint(1, 30):03d}"


def ogrn(rng: random.Random) -> str:
    """An organisation's OGRN: 13 digits, the last one the rest of the first twelve modulo 11, modulo 10."""
    base = f"1{rng.randint(2, 24):02d}{rng.randint(1, 79):02d}{digits(rng, 7)}"
    return base + str(int(base) % 11 % 10)


def ogrnip(rng: random.Random) -> str:
    """A sole trader's OGRNIP: 15 digits, the last one the rest of the first fourteen modulo 13, modulo 10."""
    base = f"3{rng.randint(4, 24):02d}{rng.randint(1, 79):02d}{digits(rng, 9)}"
    return base + str(int(base) % 13 % 10)


def ogrn_is_valid(number: str) -> bool:
    """Whether the last digit of an OGRN (13 digits) or OGRNIP (15) is right."""
    modulus = {13: 11, 15: 13}.get(len(number))
    return modulus is not None and str(int(number[:-1]) % modulus % 10) == number[-1]


def bik(rng: random.Random) -> str:
    """A bank's BIK: 04, region, office, number of the bank (050 and up, so not a settlement centre)."""
    return f"04{rng.randint(1, 70):02d}{rng.choice((25, 0, 1, 2)):02d}{rng.randint(50, 999):03d}"


def account_key_sum(account: str, bank: str) -> int:
    """The weighted sum of an account at the bank with BIK `bank`: a multiple of ten for a right key."""
    number = bank[-3:] + account
    return sum(int(digit) * ACCOUNT_WEIGHTS[i % 3] % 10 for i, digit in enumerate(number))


def account(rng: random.Random, bank: str, *, balance: str = "40702") -> str:
    """A rouble account of 20 digits at the bank with BIK `bank`, its key (ninth digit) right."""
    tail = f"{rng.randint(0, 9999):04d}{rng.randint(1, 9_999_999):07d}"
    for key in range(10):
        number = f"{balance}810{key}{tail}"
        if account_key_sum(number, bank) % 10 == 0:
            return number
    raise AssertionError("one of ten keys always fits")


def account_is_valid(number: str, bank: str) -> bool:
    """Whether the key of a 20-digit account fits the bank's BIK."""
    return len(number) == 20 and account_key_sum(number, bank) % 10 == 0


def correspondent_account(bank: str) -> str:
    """The bank's own account at the Bank of Russia; it ends in the BIK's last three digits."""
    office = f"0{bank[4:6]}"
    for key in range(10):
        found = f"30101810{key}00000000{bank[-3:]}"
        if sum(int(d) * ACCOUNT_WEIGHTS[i % 3] % 10 for i, d in enumerate(office + found)) % 10 == 0:
            return found
    raise AssertionError("one of ten keys always fits")


def iban(rng: random.Random, country: str = "DE") -> str:
    """An IBAN of `country` with right check digits (ISO 7064, modulo 97), in groups of four."""
    length = IBAN_LENGTHS[country]
    body = "".join(rng.choice("0123456789") for _ in range(length))
    if country in {"GB", "NL", "IE"}:
        body = "".join(rng.choice("ABCDLMNORS") for _ in range(4)) + body[4:]
    check = 98 - iban_rest(f"{country}00{body}")
    number = f"{country}{check:02d}{body}"
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def iban_rest(number: str) -> int:
    """The rest modulo 97 of an IBAN; 1 where its check digits are right."""
    plain = number.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97


def ean13(rng: random.Random, prefix: str = "") -> str:
    """A 13-digit article number with its check digit (GS1)."""
    base = prefix + "".join(rng.choice("0123456789") for _ in range(12 - len(prefix)))
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(base))
    return base + str(-total % 10)


def vin(rng: random.Random) -> str:
    """A vehicle number of 17 characters without I, O and Q; its check digit is not meant to be right."""
    return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(11)) + digits(rng, 6)
