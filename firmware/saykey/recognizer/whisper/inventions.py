"""Texts that stock Whisper models write where nobody speaks. Data; used as the last resort only.

These English texts are reported again and again: openai/whisper discussions 679 and 928, and the
"bag of hallucinations" of Barański et al., "Investigation of Whisper ASR Hallucinations Induced by
Non-Speech Audio" (arXiv 2501.11378). They stem from subtitles and endings of videos.
"""

INVENTIONS = frozenset(
    {
        "bye",
        "bye bye",
        "i ll see you in the next video",
        "like and subscribe",
        "please subscribe",
        "please subscribe to my channel",
        "please subscribe to the channel",
        "see you in the next video",
        "see you next time",
        "so",
        "subtitles by the amara org community",
        "thank you",
        "thank you for watching",
        "thank you so much",
        "thank you so much for watching",
        "thank you very much",
        "thank you very much for watching",
        "thanks for watching",
        "the",
        "the end",
        "transcription by castingwords",
        "you",
    }
)
"""In lower case, words only, with one space between them (guards.words)."""
