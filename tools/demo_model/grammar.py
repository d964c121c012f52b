"""Random text as a tree: each node draws words, and computes how likely it draws given ones.

Both directions come from the same tree, so "can the training text hold this sentence, and how
often?" has an exact answer. The order in which random numbers are drawn is part of the contract:
the seeds in docs/demo-model.md name texts.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Spans = dict[int, float]
"""Where a node's words may end in a text, and the probability of each."""

ANY_WORD = None
"""Represents a word that was cut off: every word matches it."""

LONGEST = 24
"""The longest sentence in words, and so the most that `First` may have cut off."""


class Node(ABC):
    """One part of a sentence."""

    @abstractmethod
    def draw(self, rnd: random.Random) -> list[str]:
        """Words at random."""

    @abstractmethod
    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """The probability of drawing ``words[start:end]``, for each end that is possible."""

    def probability(self, words: Sequence[str]) -> float:
        """How likely ``draw`` is to return exactly these words (upper and lower case alike)."""
        return self.spans([word.lower() for word in words], 0).get(len(words), 0.0)


def _matches(words: Sequence[str | None], start: int, wanted: Sequence[str]) -> bool:
    found = words[start : start + len(wanted)]
    return len(found) == len(wanted) and all(
        have is ANY_WORD or have == want.lower() for have, want in zip(found, wanted, strict=True)
    )


def _mixture(parts: Sequence[tuple[float, Spans]]) -> Spans:
    total: Counter[int] = Counter()
    for share, spans in parts:
        for end, probability in spans.items():
            total[end] += share * probability  # type: ignore[assignment]
    return dict(total)


@dataclass(frozen=True)
class Say(Node):
    """Always these words."""

    text: str

    def draw(self, rnd: random.Random) -> list[str]:  # noqa: ARG002
        """No random number is drawn."""
        return self.text.split()

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """One end at most."""
        wanted = self.text.split()
        return {start + len(wanted): 1.0} if _matches(words, start, wanted) else {}


NOTHING = Say("")


class OneOf(Node):
    """One of these words or phrases, each equally likely."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.phrases = [phrase.split() for phrase in phrases]

    def draw(self, rnd: random.Random) -> list[str]:
        """One choice."""
        return list(rnd.choice(self.phrases))

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """A phrase each."""
        share = 1.0 / len(self.phrases)
        return _mixture(
            [
                (share, {start + len(phrase): 1.0})
                for phrase in self.phrases
                if _matches(words, start, phrase)
            ]
        )


class Seq(Node):
    """All parts in order; a plain string stands for itself."""

    def __init__(self, *parts: Node | str) -> None:
        self.parts = [Say(part) if isinstance(part, str) else part for part in parts]

    def draw(self, rnd: random.Random) -> list[str]:
        """Part after part."""
        return [word for part in self.parts for word in part.draw(rnd)]

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """Each part begins where the one before may end."""
        ends: Spans = {start: 1.0}
        for part in self.parts:
            ends = _mixture([(share, part.spans(words, at)) for at, share in ends.items()])
        return ends


class Cut(Node):
    """One random number in [0, 1) picks the first branch whose bound lies above it, else the last.

    ``Cut((0.2, a), (0.5, b), c)`` is a 20 %, b 30 %, c 50 % of the time.
    """

    def __init__(self, *branches: tuple[float, Node] | Node) -> None:
        pairs = [branch if isinstance(branch, tuple) else (1.0, branch) for branch in branches]
        self.bounds = [bound for bound, _ in pairs]
        self.nodes = [node for _, node in pairs]

    def choose(self, rnd: random.Random) -> Node:
        """The branch to draw from."""
        number = rnd.random()
        return next(
            node for bound, node in zip(self.bounds, self.nodes, strict=True) if number < bound
        )

    def draw(self, rnd: random.Random) -> list[str]:
        """The number first, then the branch."""
        return self.choose(rnd).draw(rnd)

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """Each branch weighted by its share."""
        lower = [0.0, *self.bounds[:-1]]
        return _mixture(
            [
                (bound - below, node.spans(words, start))
                for below, bound, node in zip(lower, self.bounds, self.nodes, strict=True)
            ]
        )


def maybe(share: float, node: Node | str) -> Cut:
    """This node with this probability, else nothing."""
    return Cut((share, Say(node) if isinstance(node, str) else node), NOTHING)


class Pick(Node):
    """One of these nodes, each equally likely: the choice first, then the node."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes = nodes

    def draw(self, rnd: random.Random) -> list[str]:
        """Only the chosen node draws."""
        return rnd.choice(self.nodes).draw(rnd)

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """Equal shares."""
        share = 1.0 / len(self.nodes)
        return _mixture([(share, node.spans(words, start)) for node in self.nodes])


class DrawnPick(Pick):
    """As `Pick`, but every node draws before the choice: the corpus was drawn in this order."""

    def draw(self, rnd: random.Random) -> list[str]:
        """All nodes draw, one is kept."""
        return rnd.choice([node.draw(rnd) for node in self.nodes])


class Repeat(Node):
    """A node several times; how often is one of ``counts``, each equally likely."""

    def __init__(self, node: Node, counts: Sequence[int]) -> None:
        self.node = node
        self.counts = counts

    def draw(self, rnd: random.Random) -> list[str]:
        """The count first."""
        return [word for _ in range(rnd.choice(self.counts)) for word in self.node.draw(rnd)]

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """Each count weighted by its share."""
        ends: Spans = {start: 1.0}
        shares = Counter(self.counts)
        parts = []
        for count in range(1, max(self.counts) + 1):
            ends = _mixture([(share, self.node.spans(words, at)) for at, share in ends.items()])
            parts.append((shares[count] / len(self.counts), ends))
        return _mixture(parts)


class First(Node):
    """At most the first ``limit`` words of what a node draws."""

    def __init__(self, limit: int, node: Node) -> None:
        self.limit = limit
        self.node = node

    def draw(self, rnd: random.Random) -> list[str]:
        """The node draws all, the rest is dropped."""
        return self.node.draw(rnd)[: self.limit]

    def spans(self, words: Sequence[str | None], start: int) -> Spans:
        """Whatever stood behind the limit is cut off, so anything may have stood there."""
        cut = start + self.limit
        if len(words) < cut:
            return self.node.spans(words, start)
        ends = self.node.spans([*words[:cut], *[ANY_WORD] * LONGEST], start)
        return _mixture([(share, {min(end, cut): 1.0}) for end, share in ends.items()])
