"""What a viewer's words ask for, read by rules: no model, no video, no waiting.

A wish is read from left to right. Times are taken out first ("in the last minute"); what is left
are phrases that a concept answers to, words for things to be said ("about penguins"), and words
nobody here can judge; small words decide what is left out and what has to hold together.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from summarizer.models.english import SMALL, Token, degrees, is_english, stem, tokens, word_set
from summarizer.schema import Concept, Term, When, Wish

LONGEST = 1_000  # characters that are read
TERMS = 20  # at most

# -- the small words that steer -------------------------------------------------------------------


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# scaffolding of a wish, and praise that every highlight deserves
FILLER = _stems(
    """
    show see find give want like love need look watch make include cover focus happen start
    begin stop come go play keep tell know please hear part bit moment scene clip video film
    movie footage highlight section segment piece stuff thing time place shot picture image
    frame sequence summary recap reel content kind sort rest whole full best good great nice
    cool interesting important key main favourite favorite exciting memorable top real short
    quick brief overview summarize summarise take concentrate prefer hi hello thanks thank
    """
)
LEAVE_OUT = word_set(
    """
    no not without except excluding exclude never skip avoid omit ignore remove minus less
    fewer nobody nothing none hardly
    """
)
LEAVE_OUT_PAIRS = (
    ("leave", "out"),
    ("cut", "out"),
    ("other", "than"),
    ("rather", "than"),
    ("instead", "of"),
    ("anything", "but"),
    ("everything", "but"),
    ("all", "but"),
)
TAKE_IN = word_set("but just only more lots plenty with mostly mainly")
APART = word_set("and or nor but plus also then")
LINKS = word_set(
    "of on in at by the a an to from into through for over under his her my their your our its"
)
TALK = _stems("talk speak speech voice conversation dialogue chat discussion say")
SAYING = _stems("say mention discuss discussion explain describe quote")
ABOUT = word_set("about regarding concerning")
NAMING = _stems("word words phrase")
SAID_ENDS = word_set("with while during when where without but except")
# two words that together mean something else than each by itself
COMPOUNDS = frozenset(
    (stem(one), stem(other))
    for one, other in (
        ("slow", "motion"),
        ("slow", "mo"),
        ("time", "lapse"),
        ("bird", "song"),
        ("motion", "blur"),
        ("loud", "colours"),
        ("dark", "humour"),
        ("dark", "humor"),
        ("still", "life"),
        ("title", "slide"),
        ("title", "card"),
        ("title", "page"),
    )
)
# other ways to say that the camera does not move
STEADY = re.compile(
    r"\b(?:the )?camera (?:does(?:n['’]t| not)|is(?:n['’]t| not)|never) (?:mov|pan)\w*"
    r"|\b(?:the )?camera (?:is|stays|stands|holds|keeps) (?:still|steady|fixed|static)\b"
    r"|\b(?:a |the )?(?:still|static|steady|fixed|motionless) camera\b",
    re.IGNORECASE,
)
# "the quiet part" is quiet beside the rest, "quiet moments" are quiet by themselves
PARTS = _stems("part bit moment scene section segment stretch passage place")
MOST = word_set("most least")
WRITTEN = "text on screen"  # the curve of what can be read; "the slide X" has X written on it
LONGEST_OF = word_set("longest")
POSSESSIVE = ("'s", "’s", "s'", "s’")
QUOTES = {'"': '"', "“": "”", "«": "»"}


def read(want: str, concepts: Sequence[Concept]) -> Wish:
    """What the words ask for, as far as these concepts go; any text is fine."""
    text = " ".join(want[: 4 * LONGEST].split())
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    concepts = tuple(concepts)
    if not is_english(text):
        return Wish(text, english=False, concepts=concepts)
    rest, whens = _take_times(text, _timely(concepts))
    rest, most = _take_count(rest)
    terms = _Reader(STEADY.sub("no camera movement", rest), _index(concepts)).terms()
    return Wish(text, terms, whens, most, concepts=concepts)


# -- phrases --------------------------------------------------------------------------------------


class _Phrase(dict):
    """A step of the tree of phrases: stem -> next step; the concepts that end here."""

    def __init__(self):
        super().__init__()
        self.asked: list[Concept] = []
        self.hinted: list[Concept] = []


@lru_cache(maxsize=16)
def _index(concepts: tuple[Concept, ...]) -> _Phrase:
    """All that the concepts answer to, as a tree of stems."""
    root = _Phrase()
    for concept in concepts:
        asked = {concept.name, concept.seen, concept.told, *concept.asks}
        for phrases, kind in ((asked, "asked"), (concept.hints, "hinted")):
            for phrase in phrases:
                step = root
                for token in tokens(phrase):
                    if token.is_word:
                        step = step.setdefault(token.stem, _Phrase())
                ends = getattr(step, kind)
                if concept not in ends:
                    ends.append(concept)
    return root


class _Reader:
    """One pass over the tokens of a wish, with what the small words before have switched."""

    def __init__(self, text: str, index: _Phrase):
        self.text, self.index = text, index
        self.tokens = tokens(text)
        self.found: list[Term] = []
        self.at = 0
        self.out = False  # inside "no ..."
        self.said = False  # inside "about ..."
        self.longest = False  # right after "the longest"
        self.ended = -1  # where the last phrase of a concept ended
        self.begun = self.met = -1  # where the last term began and ended, whatever it is
        self.apart = True  # nothing ties the next term to the one before
        self.close = ""  # the sign that ends a quotation

    def terms(self) -> tuple[Term, ...]:
        while self.at < len(self.tokens) and len(self.found) < TERMS:
            self.at += self._sign() or self._phrase() or self._steer() or self._content()
        return tuple(self.found)

    # each of these takes what stands at the current place, and says how many tokens that were

    def _sign(self) -> int:
        token = self.tokens[self.at]
        if token.is_word:
            return 0
        if token.text == self.close:
            self.said, self.close = False, ""
        elif token.text in QUOTES and self._object(1):
            self.said, self.close = True, QUOTES[token.text]
        elif not self.close and token.text in ",.;:!?/&+()":
            self.said = False
            self.out = self.out and token.text in "/&+"
        self.apart = True
        return 1

    def _phrase(self) -> int:
        """The longest phrase that a concept answers to."""
        if self.said:
            return 0
        length, step = self._longest(self.at)
        if length < 2 and self._compound():
            self._add(Term(self._typed(self.tokens[self.at : self.at + 2])))
            return 2
        span = self.tokens[self.at : self.at + length]
        if not span or (len(span) == 1 and self._only_helps(span[0], step)):
            return 0
        follows = self._word(self.at + length)
        talk = TALK & {token.stem for token in span} and (follows in ABOUT or follows == "of")
        if talk and self._object(length + 1):
            self.said = True  # "talk about penguins" asks for the penguins
            return length + 1
        concepts = tuple(step.asked or step.hinted)
        hint, at, which = not step.asked, self.at, ""
        if self._kind_of(concepts, hint):
            at = self.begun  # "the waggle dance", "the speaker's face": one thing, not two
            before = self.found.pop()
            which = "" if before.concepts else before.words
        degree = self._degree(at, self.at + length)
        words = self._typed(self.tokens[at : self.at + length])
        self._add(Term(words, concepts, hint=hint, degree=degree, which=which))
        self.begun = at
        self.ended = self.met = self.at + length
        return length

    def _kind_of(self, concepts: Sequence[Concept], hint: bool) -> bool:
        """Whether the term right before only says which of this is meant."""
        last = self.found[-1] if self.found else None
        words = self._typed(self.tokens[self.begun : self.met]) if self.met == self.at > 0 else ""
        if last is None or last.words != words or self.apart:
            return False
        if not last.concepts:
            return hint
        return last.hint and words.endswith(POSSESSIVE) and set(last.concepts) <= set(concepts)

    def _degree(self, at: int, end: int) -> Literal["", "most"]:
        """Whether it is meant beside the rest: "loudest", "most quiet", "the dark part"."""
        words = [token.text for token in self.tokens[at:end]]
        superlative = any(word.endswith("est") and len(degrees(word)) > 1 for word in words)
        part = self._word(at - 1) == "the" and stem(self._word(end) or "-") in PARTS
        return "most" if superlative or part or self._word(at - 1) in MOST else ""

    def _compound(self) -> bool:
        """Whether two words start here that are no concept together, whatever each is alone."""
        pair = tuple(token.stem for token in self.tokens[self.at : self.at + 2])
        return pair in COMPOUNDS

    def _only_helps(self, token: Token, step: _Phrase) -> bool:
        """Whether a word that is a phrase by itself is here only scaffolding: "nature shots" are
        no gunshots, "explain how it works" and "the word freedom" ask for what follows."""
        hint = not step.asked and (token.stem in FILLER or token.text in SMALL)
        return hint or (token.stem in SAYING | NAMING and self._object(1))

    def _steer(self) -> int:
        """A small word: it may switch what comes next."""
        token = self.tokens[self.at]
        word, after = token.text, self._word(self.at + 1)
        if self.close:
            return 0
        if (word, after) in LEAVE_OUT_PAIRS:
            self._leave_out()
            return 2
        if token.stem == "care" and after in ABOUT:
            return 2  # cared about, not spoken about
        if word in LEAVE_OUT or word.endswith("n't"):
            self._leave_out()
            return 1
        if self._saying(token):
            return 1
        if word in LONGEST_OF and not self.said:
            self.longest = True
            return 1
        if word in TAKE_IN:
            self.out = False
        if word in APART:
            self.apart = True
        if word in SAID_ENDS:
            self.said = False
        small = word in SMALL or (token.stem in FILLER and not self.said)
        return int(small or word.isdigit())

    def _saying(self, token: Token) -> bool:
        """A word that makes the next ones words to be said; without an object it means speech."""
        if token.text in ABOUT or token.stem in SAYING | NAMING:
            if self._object(1):
                self.said = True
                return True
            concepts = self.index.get("talk", self.index.get("speech", _Phrase())).asked
            if token.stem in SAYING and concepts and not self.said:
                self._add(Term(self._typed([token]), tuple(concepts)))
                return True
        return False

    def _content(self) -> int:
        """Words that no concept answers to: what is asked for, but not known how to judge."""
        end = self.at + 1
        while (after := self._goes_on(end)) > end:
            end = after
        last = self.found[-1] if self.found else None
        content, self.met = self._typed(self.tokens[self.at : end]), end
        shown = bool(last) and last.hint and any(each.curve == WRITTEN for each in last.concepts)
        near = 0 < self.at - self.ended <= 2 and self._word(self.at - 1) in ABOUT | LINKS
        about = shown and near and not self.apart  # "the slide about bees", "the chart of sales"
        if last and (about or (self.ended == self.at and not self.said)):
            # a red car is often where there is red, but red alone makes no car
            words = content if shown else f"{last.words} {content}"
            self.found[-1] = replace(last, words=words, hint=True, shown=shown, degree="")
        else:
            self.begun = self.at
            self._add(Term(content, said=self.said))
        return end - self.at

    # -- looking ahead

    def _goes_on(self, at: int) -> int:
        """The place after the next word of the same content, or `at` where it ends."""
        place = at
        while self._word(place) in LINKS:
            place += 1
        if not self._word(place) or self._word(place) in LEAVE_OUT | ABOUT:
            return at
        token = self.tokens[place]
        plain = token.text not in SMALL and (self.said or token.stem not in FILLER)
        known = not self.said and (self._longest(place)[0] or token.stem in SAYING)
        return place + 1 if plain and not known else at

    def _object(self, ahead: int) -> bool:
        """Whether something with a meaning follows before the phrase ends."""
        for token in self.tokens[self.at + ahead :]:
            if not token.is_word and token.text not in QUOTES:
                return False
            if token.text in SAID_ENDS:
                return False
            if token.is_word and token.text not in SMALL and not token.text.isdigit():
                return True
        return False

    def _longest(self, at: int) -> tuple[int, _Phrase]:
        """How many tokens from here are a phrase, and what it means."""
        steps, best, end = [self.index], (0, self.index), at
        while steps and (word := self._word(end)):
            forms = degrees(word)
            steps = [step[form] for step in steps for form in forms if form in step]
            end += 1
            meant = [step for step in steps if step.asked or step.hinted]
            if meant:
                best = (end - at, max(meant, key=lambda step: bool(step.asked)))
        return best

    def _word(self, at: int) -> str:
        """The word at this place; nothing where there is a sign or the end."""
        inside = at < len(self.tokens) and self.tokens[at].is_word
        return self.tokens[at].text if inside else ""

    # -- keeping

    def _leave_out(self) -> None:
        self.out, self.said, self.apart = True, False, True

    def _typed(self, span: Sequence[Token]) -> str:
        return self.text[span[0].start : span[-1].end]

    def _add(self, term: Term) -> None:
        term = replace(term, no=self.out, joined=not (self.apart or self.out or not self.found))
        if self.longest:
            term, self.longest = replace(term, degree="longest"), False
        self.apart = False
        last = self.found[-1] if self.found else None
        if (
            last
            and term.concepts
            and replace(last, words="", joined=False) == replace(term, words="", joined=False)
        ):
            self.found[-1] = replace(last, words=f"{last.words} {term.words}")
        elif not any(replace(term, joined=each.joined) == each for each in self.found):
            self.found.append(term)


# -- times ----------------------------------------------------------------------------------------

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "half a": 0.5, "half an": 0.5,
    "half": 0.5, "a half": 0.5, "": 1,
}  # fmt: skip
SHARES = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4}
EDGE = 0.15  # share of the video that is its beginning or its ending
NEAR = 5.0  # seconds around a named moment

NUMBER = r"(?:\d{1,5}(?:\.\d+)?|half an?|" + "|".join(filter(None, NUMBERS)) + ")"
UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|h)\b"
CLOCK = r"\d{1,3}:\d\d(?::\d\d)?"
POINT = rf"(?:{CLOCK}|{NUMBER}[ -]?{UNIT}|minute \d{{1,3}})"
LEAD = (
    r"(?:\b(?:in|at|from|during|near|towards?|within|just|right|only)\s+)?(?:\bthe\s+)?(?:very\s+)?"
)
# a noun right after it makes it part of a name: "the opening ceremony"
ALONE = (
    r"(?!\s+(?!and|or|of (?:the |this |that |your |my )?(?:video|film|movie|clip|recording|it)\b"
    r"|but|with|without|where|when|please|no\b|not)\w)"
)

# what a whole video may be a recording of
WHOLE = (
    r"(?:match|game|race|talk|lecture|lesson|show|concert|party|trip|walk|day|performance|speech"
    r"|presentation|ceremony|journey|tour|meeting|interview|event|ride|hike|session|story|evening"
    r"|competition|contest|fight|battle|wedding|visit)\b"
)


def _seconds(text: str) -> float:
    """'1:30', '20 seconds' or 'minute 2' in seconds."""
    if ":" in text:
        parts = [int(part) for part in text.split(":")]
        return float(sum(part * 60**power for power, part in enumerate(reversed(parts))))
    if match := re.fullmatch(r"minute (\d+)", text):
        return max(0, int(match[1]) - 1) * 60.0
    amount, unit = re.fullmatch(rf"(.*?)[ -]?({UNIT})", text).groups()
    value = NUMBERS[amount] if amount in NUMBERS else float(amount)
    return value * {"s": 1, "m": 60, "h": 3600}[unit[0]]


def _first(words: str, match: re.Match) -> When:
    return When(words, 0.0, _seconds(match["long"]))


def _last(words: str, match: re.Match) -> When:
    return When(words, -_seconds(match["long"]), math.inf)


def _share(words: str, match: re.Match) -> When:
    share = SHARES[match["share"]]
    if match["which"] in ("last", "final", "closing"):
        return When(words, 1 - share, 1.0, "share")
    number = {"second": 1, "middle": 1, "third": 2, "fourth": 3}.get(match["which"], 0)
    return When(words, min(number * share, 1 - share), min((number + 1) * share, 1.0), "share")


def _between(words: str, match: re.Match) -> When:
    start, end = sorted((_seconds(match["a"]), _seconds(match["b"])))
    return When(words, start, end)


def _after(words: str, match: re.Match) -> When:
    return When(words, _seconds(match["a"]), math.inf)


def _before(words: str, match: re.Match) -> When:
    return When(words, 0.0, _seconds(match["a"]))


def _around(words: str, match: re.Match) -> When:
    moment = _seconds(match["a"])
    if match["a"].startswith("minute"):
        return When(words, moment, moment + 60)
    return When(words, max(0.0, moment - NEAR), moment + NEAR)


def _beginning(words: str, _: re.Match) -> When:
    return When(words, 0.0, EDGE, "share")


def _ending(words: str, _: re.Match) -> When:
    return When(words, 1 - EDGE, 1.0, "share")


def _middle(words: str, _: re.Match) -> When:
    return When(words, 1 / 3, 2 / 3, "share")


TIMES = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (
            rf"(?:from |between )?(?P<a>{POINT}) ?(?:to|and|until|till|-|–) ?(?P<b>{POINT})",
            _between,
        ),
        (rf"{LEAD}\b(?:first|opening|initial) (?P<long>(?:{NUMBER}[ -]?)?{UNIT})", _first),
        (rf"{LEAD}\b(?:last|final|closing) (?P<long>(?:{NUMBER}[ -]?)?{UNIT})", _last),
        (
            rf"{LEAD}\b(?P<which>first|second|third|fourth|middle|last|final|opening|closing) "
            r"(?P<share>half|third|quarter)\b",
            _share,
        ),
        (rf"\b(?:after|since|past) (?:the )?(?P<a>{POINT})(?: mark)?", _after),
        (rf"\b(?:before|until|till) (?:the )?(?P<a>{POINT})(?: mark)?", _before),
        (rf"\b(?:at|around|near|about|@) ?(?:the )?(?P<a>{POINT})(?: mark)?", _around),
        (rf"(?:\bin )?(?P<a>{CLOCK}|\bminute \d{{1,3}}\b)", _around),
        (rf"{LEAD}\b(?:beginning|introduction|intro){ALONE}", _beginning),
        (rf"{LEAD}(?<=the )(?:start|opening|first (?:part|bit|scene|moments?)){ALONE}", _beginning),
        (r"\bhow (?:does |did )?(?:it|this|that|the \w+) (?:all )?(?:ends?|ended)\b", _ending),
        (rf"{LEAD}\b(?:ending|finale|outro){ALONE}", _ending),
        (rf"{LEAD}(?<=the )(?:end|close|last (?:part|bit|scene|moments?)){ALONE}", _ending),
        (rf"{LEAD}(?<=the )(?:end|close|finish) of (?:the|this|that|a) {WHOLE}", _ending),
        (rf"{LEAD}(?<=the )(?:start|beginning) of (?:the|this|that|a) {WHOLE}", _beginning),
        (r"^\s*(?:and |& |, )?end$", _ending),
        (r"^start(?=$| and | & |, )", _beginning),
        (rf"{LEAD}(?<=the )middle{ALONE}", _middle),
    )
)


# right before a time: all but that
OTHERWISE = re.compile(
    r"(?:\b(?:skip|without|not|except|no|excluding|omit|ignore|remove|but|after|before|out)|n't)"
    r"(?: (?:for|show|include|want|need|me|at|in))* ?(?:the )?$"
)


MANY = rf"\d{{1,2}}|{'|'.join(word for word, n in NUMBERS.items() if word.isalpha() and n > 1)}"
# how many moments: "the three loudest moments", "top 5"; the first three are not the best three
COUNT = re.compile(
    rf"(?<!first )(?<!last )(?<!next )\b(?P<n>{MANY})"
    rf"(?: (?!{UNIT})(?!of\b|or\b|and\b)[\w-]+){{0,2}} "
    r"(?:moments|scenes|highlights|parts|clips|bits|shots|events|pieces)\b"
    rf"|\b(?:top|best) (?P<top>{MANY})\s*$",
    re.IGNORECASE,
)


def _take_count(text: str) -> tuple[str, int]:
    """The text without how many moments it asks for, and that number; 0 where it names none."""
    match = COUNT.search(text)
    if match is None:
        return text, 0
    group = "n" if match["n"] else "top"
    number = match[group].lower()
    most = NUMBERS[number] if number in NUMBERS else int(number)
    first, last = match.span(group)
    return text[:first] + " " * (last - first) + text[last:], most


@lru_cache(maxsize=16)
def _timely(concepts: tuple[Concept, ...]) -> tuple[str, ...]:
    """What the concepts answer to and only sounds like a time: "a face in the middle"."""
    asks = {ask.lower() for each in concepts for ask in (each.name, each.seen, *each.asks)}
    asks |= {each.told.lower() for each in concepts}
    return tuple(ask for ask in asks if any(pattern.search(ask) for pattern, _ in TIMES))


def _within(phrases: Sequence[str], text: str, start: int, end: int) -> bool:
    """Whether a place in the text is part of one of the phrases."""
    return any(
        match.start() <= start and end <= match.end()
        for phrase in phrases
        for match in re.finditer(re.escape(phrase), text)
    )


def _take_times(text: str, no_times: Sequence[str]) -> tuple[str, tuple[When, ...]]:
    """The times a wish names, in its order, and the text with blanks where they stood."""
    rest, found = text, []
    for pattern, made in TIMES:
        for match in pattern.finditer(rest.lower()):
            if _within(no_times, rest.lower(), *match.span()):
                continue
            otherwise = OTHERWISE.search(rest.lower()[: match.start()]) is not None
            when = replace(made(match.group().strip(), match), no=otherwise)
            found.append((match.start(), when))
            blank = " " * (match.end() - match.start())
            rest = rest[: match.start()] + blank + rest[match.end() :]
    found.sort(key=lambda entry: entry[0])
    return rest, _unique(when for _, when in found)


def _unique(whens: Iterable[When]) -> tuple[When, ...]:
    return tuple({(when.start, when.end, when.no): when for when in whens}.values())[:TERMS]
