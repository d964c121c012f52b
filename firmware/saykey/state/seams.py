"""Decides which phrase another one is recognised together with. Pure.

That is the last phrase before it in the same dictation whose text is typed.
"""

from saykey.flow import Phrase, PhraseId, Preceding
from saykey.state.hearing import Hearing, find, spoken_of
from saykey.state.outcomes import Doubtful, Way, text_of, way_of


def preceding(hearing: Hearing, phrase: PhraseId, doubtful: Doubtful) -> Preceding | None:
    """The phrase to recognise this one together with; None: recognise it alone.

    After a failed recognition a phrase is recognised alone, because the failure may be due to both
    phrases together.
    """
    spoken, dictation = spoken_of(hearing, phrase), find(hearing, phrase.dictation)
    if spoken is None or dictation is None or spoken.failures or not spoken.speculable:
        return None
    for other in reversed(hearing.row):
        earlier = other.phrase.id < phrase and other.phrase.id.dictation == phrase.dictation
        if earlier and way_of(other, doubtful) is Way.TYPE:
            return _before(spoken.phrase, other.phrase, text_of(other))
    said = dictation.said
    return None if said is None else _before(spoken.phrase, said.phrase, said.text)


def _before(phrase: Phrase, before: Phrase, text: str) -> Preceding:
    return Preceding(before.pcm, text, max(0, phrase.first_sample - before.last_sample))
