"""What the demonstration model understands: 233 words, as sentences, commands and numbers.

Text comes out as Whisper writes it: a leading blank and capital, a closing full stop or question
mark, numbers spelled. Spoken commands stay words ("full stop"): the text room turns them into
marks. About a third of the text is words in random order, so that the network has to listen.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from demo_model.grammar import NOTHING, Cut, DrawnPick, First, OneOf, Pick, Repeat, Say, Seq, maybe

LONGEST_WORDS = 16
LONGEST_LETTERS = 70

_words = str.split

DIGITS = _words("zero one two three four five six seven eight nine")
TEENS = _words("ten eleven twelve thirteen")
TENS = _words("twenty thirty forty fifty")
COMMANDS = [
    *("comma", "period", "full stop", "question mark", "exclamation mark", "colon", "semicolon"),
    *("hyphen", "slash", "open quote", "close quote", "open bracket", "close bracket", "new line"),
    *("new paragraph", "scratch that", "undo that", "caps on", "caps off", "press enter"),
    *("tab key", "backspace", "space bar", "stop listening", "start listening", "select all"),
    *("go to sleep", "wake up"),
]
DAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
NAMES = _words("John Mary Peter Anna")
CITIES = _words("London Paris Berlin")
PLACES = _words("office school station garden kitchen")
NOUNS = _words(
    "dog cat book car table window letter computer keyboard message email phone number report "
    "meeting project paper water coffee bread dinner morning day week minute word page name music "
    "team mother brother teacher doctor train river money question plan test box"
)
ADJECTIVES = _words("good big small new old hot cold happy easy red green blue white late")
VERBS = _words("see find take make buy send bring want like help check write")
PAST_VERBS = _words("saw found took made bought sent wanted liked helped wrote")
LONE_VERBS = _words("go come walk sleep work play sing wait")
ADVERBS = _words("now today tomorrow again soon always here later")
PRONOUNS = _words("I you he she we they it")
DETERMINERS = _words("the a this my your his our")
PREPOSITIONS = _words("in on under near with from for about")
CONJUNCTIONS = _words("and but or")
AUXILIARIES = _words("can will should must")
BE = _words("is was are")
QUESTION_WORDS = _words("what where when who")
OTHER_WORDS = _words(
    "yes no okay thank hello dear best very have need do did to not at please me you call world "
    "voice typing speech quick lazy jumps fox over brown regards"
)

RANDOM_WORDS = list(
    dict.fromkeys(
        [*DIGITS, *TEENS, *TENS, "hundred", "thousand"]
        + [word for command in COMMANDS for word in command.split()]
        + [*DAYS, *NAMES, *CITIES, *PLACES, *NOUNS, *ADJECTIVES, *VERBS, *PAST_VERBS, *LONE_VERBS]
        + [*ADVERBS, *PRONOUNS, *DETERMINERS, *PREPOSITIONS, *CONJUNCTIONS, *AUXILIARIES, *BE]
        + ["not", *QUESTION_WORDS, *OTHER_WORDS]
    )
)
"""The words drawn in random order."""

WORDS = [*RANDOM_WORDS, "dollars", "percent"]
"""All words the model knows."""

_digit, _counting = OneOf(DIGITS), OneOf(DIGITS[1:])
_noun, _adjective, _name, _adverb = OneOf(NOUNS), OneOf(ADJECTIVES), OneOf(NAMES), OneOf(ADVERBS)
_verb, _pronoun, _auxiliary, _be = OneOf(VERBS), OneOf(PRONOUNS), OneOf(AUXILIARIES), OneOf(BE)
_determiner, _preposition, _hour = OneOf(DETERMINERS), OneOf(PREPOSITIONS), DIGITS[1:] + TEENS[:3]

_THING = Cut(
    (0.3, Seq(_determiner, _noun)),
    (0.62, Seq(_determiner, _adjective, _noun)),
    (0.75, Seq(OneOf(DIGITS[2:] + TEENS), _noun)),
    (0.87, _name),
    Seq(_determiner, OneOf(PLACES)),
)
_WHERE = Cut(
    (0.2, Seq(_preposition, OneOf(CITIES))),
    Seq(_preposition, "the", OneOf(PLACES + NOUNS)),
)
_WHEN = Cut(
    (0.5, Seq("on", OneOf(DAYS))),
    (0.7, Seq("at", DrawnPick(Seq(OneOf(_hour), "thirty"), OneOf(_hour)))),
    _adverb,
)
_NUMBER = Cut(
    (0.35, OneOf(DIGITS + TEENS)),
    (0.6, Seq(OneOf(TENS), _counting)),
    (0.8, Seq(_counting, "hundred", maybe(0.5, Seq("and", OneOf(TENS), _counting)))),
    Seq(OneOf(DIGITS[1:] + TEENS), OneOf(["thousand"])),
)
_SUBJECT = DrawnPick(_pronoun, _THING, _THING)
_TAIL = Seq(maybe(0.2, _WHERE), maybe(0.25, _WHEN))
_NOT = maybe(0.15, "not")
_STATEMENT = Cut(
    (0.25, Seq(_SUBJECT, _auxiliary, _NOT, _verb, _THING, _TAIL)),
    (0.5, Seq(_SUBJECT, OneOf(PAST_VERBS), _THING, _TAIL)),
    (0.65, Seq(_SUBJECT, _be, _NOT, DrawnPick(_adjective, Seq("very", _adjective), _WHERE), _TAIL)),
    (0.8, Seq(_SUBJECT, _auxiliary, OneOf(LONE_VERBS), DrawnPick(NOTHING, _WHERE, _adverb), _TAIL)),
    Seq(_SUBJECT, OneOf(["want", "need", "have"]), "to", _verb, _THING, _TAIL),
)
_QUESTION = Cut(
    (0.3, Seq(OneOf(QUESTION_WORDS), _be, _THING)),
    (0.6, Seq(OneOf(QUESTION_WORDS), OneOf(_words("do did can will")), _pronoun, _verb, _THING)),
    (0.8, Seq(_auxiliary, _pronoun, _verb, _THING)),
    Seq(_be, _THING, _adjective),
)
_REQUEST = Seq(maybe(0.4, "please"), _verb, _THING, DrawnPick(NOTHING, _WHERE, _WHEN))
_LETTER = DrawnPick(
    Seq("thank you for your", _noun),
    Seq("hello", _name),
    Seq("dear", _name),
    Seq("best regards", _name),
    Seq("the meeting is", _WHEN),
    Seq("see you", _adverb),
    Seq("this is a", OneOf(["voice", "typing", "speech", "keyboard"]), "test"),
    Seq("please call me", _WHEN),
    Seq("my number is", Repeat(_digit, range(3, 8))),
    Say("the quick brown fox jumps over the lazy dog"),
    Say("hello world"),
)
_COMMAND = OneOf(COMMANDS)
_DICTATION = Seq(
    Pick(_STATEMENT, _REQUEST, _LETTER),
    _COMMAND,
    maybe(0.4, Seq(First(5, Pick(_STATEMENT, _REQUEST)), _COMMAND)),
)
_AMOUNT = Seq(_NUMBER, maybe(0.3, DrawnPick(Say("dollars"), Say("percent"), _noun)))

SENTENCE = Cut(
    (0.26, _STATEMENT),
    (0.33, _QUESTION),
    (0.40, _REQUEST),
    (0.45, _LETTER),
    (0.51, _COMMAND),
    (0.61, _DICTATION),
    (0.67, Repeat(_digit, range(1, 9))),
    (0.71, _AMOUNT),
    Repeat(OneOf(RANDOM_WORDS), (1, 1, 2, 3, 4, 5, 6, 7)),
)


@dataclass(frozen=True)
class Sentence:
    """Words to be spoken."""

    words: tuple[str, ...]
    is_question: bool = False

    @property
    def text(self) -> str:
        """The text to be recognised, with Whisper's leading blank: " Hello world."."""
        first = self.words[0]
        words = [first[:1].upper() + first[1:], *self.words[1:]]
        return " " + " ".join(words) + ("?" if self.is_question else ".")

    @property
    def fits(self) -> bool:
        """Short enough for the corpus."""
        letters = sum(len(word) for word in self.words)
        return len(self.words) <= LONGEST_WORDS and letters <= LONGEST_LETTERS


def draw_sentence(rnd: random.Random) -> Sentence:
    """One sentence of any kind and length."""
    kind = SENTENCE.choose(rnd)
    return Sentence(tuple(kind.draw(rnd)), is_question=kind is _QUESTION)


def parse(text: str) -> Sentence:
    """The sentence with this text: "Hello world." or " Is it hot?"."""
    words = text.strip().rstrip(".?").split()
    return Sentence(tuple(words), is_question=text.rstrip().endswith("?"))


def probability(sentence: Sentence) -> float:
    """How likely one draw is to be these words: times 51,000 is how often training met them."""
    return SENTENCE.probability(sentence.words)
