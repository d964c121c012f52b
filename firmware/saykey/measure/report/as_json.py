"""The results as JSON, with or without the texts."""

from dataclasses import asdict
from typing import Any

import msgspec

from saykey.measure.evaluation import Heard, Scored
from saykey.measure.report.results import Results


def as_json(results: Results, *, texts: bool) -> str:
    """The results, see docs/eval.md. ``texts``: with what was said and typed in each recording."""
    evaluation = results.evaluation
    told = {
        "dataset": evaluation.place,
        "form": evaluation.dataset.form,
        "language": evaluation.language,
        "release": evaluation.release,
        "runs": [_run(run, texts=texts) for run in results.runs],
        "differences": [
            {**asdict(each), "is_certain": each.is_certain} for each in results.differences
        ],
        "left_out": [asdict(each) for each in results.left_out],
        "troubles": results.troubles,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def _run(run: Scored, *, texts: bool) -> dict[str, Any]:
    total, heard = run.total, run.run.heard
    return {
        "model": run.run.model,
        "settings": run.run.settings,
        "recordings": len(heard),
        "seconds": sum(each.seconds for each in heard),
        "words": total.words,
        "word_errors": total.word_errors,
        "word_error_rate": total.word_error_rate,
        "word_error_rate_interval": run.interval,
        "character_error_rate": total.character_error_rate,
        "exact": total.exact,
        "same_words": total.same,
        "kinds": {kind.value: count for kind, count in total.kinds.items()},
        "silent": {
            "recordings": len(run.silent),
            "typed_something": sum(each.characters > 0 for each in run.silent),
            "characters": sum(each.characters for each in run.silent),
        },
        "real_time_factor": run.real_time_factor,
        "release_to_transcript_ms": {"p50": run.wait_ms(50), "p95": run.wait_ms(95)},
        "parameters": run.run.parameters,
        "memory_mb": run.run.memory_mb,
        "failed_phrases": sum(each.failed for each in heard),
        "held": sum(each.held for each in heard),
        "dropped": sum(each.dropped for each in heard),
        "each": [_recording(run, each, texts=texts) for each in heard],
    }


def _recording(run: Scored, heard: Heard, *, texts: bool) -> dict[str, Any]:
    score = next((each for each in run.scores if each.name == heard.name), None)
    told: dict[str, Any] = {
        "name": heard.name,
        "seconds": heard.seconds,
        "recognising_ms": heard.recognising_ms,
        "release_to_transcript_ms": heard.waited_ms,
        "words": 0 if score is None else score.words,
        "word_errors": 0 if score is None else score.word_errors,
    }
    return {**told, "said": heard.said, "typed": heard.typed} if texts else told
