"""Tables of characters that may replace others; keyboard.similar uses them.

They list only what Unicode's own data does not contain. Forms with fewer accents, the other case,
wide and presentation forms, and letters named "... WITH ..." are derived from that data.
"""

# ruff: noqa: RUF001 - the tables are made of characters that look alike

from collections.abc import Mapping
from string import ascii_lowercase

PLACEHOLDERS = ("?", "\u061f", "*", "-", " ")
"""Replace a character that has no alternative; the first one that the layout types is used."""

SIMILAR: Mapping[str, tuple[str, ...]] = {
    # What recognisers write and plain layouts lack
    **dict.fromkeys("‘’‚‛′ʼ", ("'", "’")),
    "‹": ("'", "’", "<"),
    "›": ("'", "’", ">"),
    **dict.fromkeys("“”„‟«»″", ('"',)),
    **dict.fromkeys("‐‑‒–−", ("-",)),
    **dict.fromkeys("—―", ("--", "-")),
    **dict.fromkeys("•‣·", ("*", "-")),
    "…": ("...",),
    "→": ("->",),
    "←": ("<-",),
    "×": ("x", "*"),
    "÷": ("/", ":"),
    "±": ("+/-", "+-"),
    "≤": ("<=",),
    "≥": (">=",),
    "≠": ("!=",),
    "≈": ("~",),
    "°": ("º", "deg"),
    "№": ("No", "#"),
    "\u2028": ("\n",),
    "\u2029": ("\n",),
    # ASCII characters that some layouts lack, with characters that those layouts have
    "'": ("’", "\u02bc", "\u00b4", "`", '"'),
    '"': ("”", "“", "»", "\u05f4"),  # Hebrew gershayim
    "-": ("‐", "–", "\u05be"),  # Hebrew maqaf
    ",": ("\u060c", "、", "\u1363"),  # Arabic, Japanese, Ethiopic
    ".": ("\u06d4", "。", "\u1362", "\u0964", "\u0589"),  # also Urdu, Devanagari, Armenian
    ";": ("\u061b", "\u1364"),
    "?": ("\u061f", "\u1367", "\u055e"),
    "!": ("\u055c",),
    "%": ("\u066a",),
    "#": ("№",),
    "&": ("+",),
    "_": ("-",),
    "`": ("'",),
    "\\": ("/",),
    **dict.fromkeys("[{", ("(",)),
    **dict.fromkeys("]}", (")",)),
    "ẞ": ("SS",),
    # Latin letters that layouts of some languages lack
    "c": ("k",),
    "j": ("y", "i"),
    "q": ("k",),
    "w": ("v", "u"),
    "x": ("ks",),
    "y": ("j", "i"),
    # Cyrillic letters of other languages
    "и": ("і", "ы"),
    "й": ("ј",),
    "щ": ("шч",),
    "ъ": ("ь",),
    "ы": ("и",),
    "э": ("е", "є"),
    "ю": ("йу", "ју"),
    "я": ("йа", "ја"),
    "і": ("и",),
    "є": ("е",),
    "ђ": ("дж",),
    "ѕ": ("з",),
    "ј": ("й",),
    "љ": ("ль", "л"),
    "њ": ("нь", "н"),
    "ћ": ("ч",),
    "џ": ("дж",),
    "ѣ": ("е",),
    "ә": ("а",),
    "ө": ("о",),
    "ү": ("у",),
    "ұ": ("у",),
    "һ": ("х",),
    # Arabic letters of other languages, and the same letter under other code points
    "\u06a9": ("\u0643",),  # keheh, kaf
    "\u0643": ("\u06a9",),
    "\u06cc": ("\u064a", "\u0649"),  # Farsi yeh, yeh, alef maksura
    "\u064a": ("\u06cc", "\u0649"),
    "\u0649": ("\u06cc", "\u064a"),
    **dict.fromkeys("\u06d2\u06d0", ("\u06cc", "\u064a")),  # yeh barree, e
    **dict.fromkeys("\u06c1\u06be\u06d5\u06c3", ("\u0647",)),  # forms of heh
    "\u0647": ("\u06c1",),
    "\u0629": ("\u06c3", "\u0647"),  # teh marbuta
    **dict.fromkeys("\u06c6\u06c7\u06c8\u06cb", ("\u0648",)),  # oe, u, yu, ve: waw
    "\u0671": ("\u0627",),  # alef wasla
    "\u067e": ("\u0628",),  # peh, beh
    "\u0686": ("\u062c",),  # tcheh, jeem
    "\u0698": ("\u0632",),  # jeh, zain
    "\u06af": ("\u06a9", "\u0643"),  # gaf, keheh
    "\u06a4": ("\u0641",),  # veh, feh
    "\u0679": ("\u062a",),  # tteh, teh
    "\u0688": ("\u062f",),  # ddal, dal
    "\u0691": ("\u0631",),  # rreh, reh
    "\u06ba": ("\u0646",),  # noon ghunna, noon
    # Yiddish digraphs
    "\u05f0": ("\u05d5\u05d5",),
    "\u05f1": ("\u05d5\u05d9",),
    "\u05f2": ("\u05d9\u05d9",),
}
"""Alternatives for a character, the best first; those of a small letter also serve its capital."""


def _alphabet(letters: str) -> Mapping[str, str]:
    return dict(zip(ascii_lowercase, letters.split(), strict=True))


ALPHABETS: Mapping[str, Mapping[str, str]] = {
    "Cyrillic": _alphabet("а б к д е ф г х и дж к л м н о п к р с т у в в кс й з"),
    "Greek": _alphabet("α β κ δ ε φ γ χ ι τζ κ λ μ ν ο π κ ρ σ τ ου β ου ξ υ ζ"),
    "Hebrew": _alphabet("א ב ק ד א פ ג ה י ג ק ל מ נ ו פ ק ר ס ט ו ו ו קס י ז"),
    "Arabic": _alphabet("ا ب ك د ي ف گ ه ي ج ك ل م ن و پ ق ر س ت و ڤ و كس ي ز"),
    "Armenian": _alphabet("ա բ կ դ ե ֆ գ հ ի ջ կ լ մ ն ո պ ք ր ս տ ու վ վ քս յ զ"),
    "Georgian": _alphabet("ა ბ კ დ ე ფ გ ჰ ი ჯ კ ლ მ ნ ო პ კ რ ს ტ უ ვ ვ ქს ი ზ"),
}
"""How the Latin letters a to z are written, letter by letter, in alphabets of other scripts."""
