"""The scenes of the display whose pictures are in this folder."""

from dataclasses import replace

from saykey.flow import Loudness
from saykey.panel.view import Fault, Listening, ModelState, View
from saykey.ports import Link

SPOKEN = "Thank you for the figures. Could you send me the last page again by Friday?"

IDLE = View(host="office", link=Link.UP, model="tiny.en-short", model_state=ModelState.READY)
LISTENING = replace(IDLE, capture=Listening.LISTENING, level_db=-26.0)
HELD = replace(IDLE, held=34, held_text="Could you send it again by Friday?")
LOST = Fault("No microphone", "Plug it in again, then press the button.")

SCENES = {
    "idle": IDLE,
    "idle after dictation": replace(IDLE, text=SPOKEN),
    "idle, toggle mode": replace(IDLE, toggle=True),
    "listening": LISTENING,
    "listening, silence": replace(LISTENING, level_db=-96.0),
    "listening, first words back": replace(LISTENING, text=SPOKEN, phrases=2, level_db=-17.0),
    "finishing": replace(IDLE, capture=Listening.FINISHING, text=SPOKEN, phrases=1),
    "thinking": replace(IDLE, phrases=3, text="Thank you for the figures."),
    "typing": replace(IDLE, typing=(47, 75), text=SPOKEN),
    "held": HELD,
    "held, start in doubt": replace(HELD, held_doubtful=True),
    "held, computer away": replace(HELD, link=Link.DOWN),
    "phrase not recognised": replace(IDLE, failed=1, text=SPOKEN),
    "model loading": replace(IDLE, model_state=ModelState.LOADING),
    "model failed": replace(IDLE, model_state=ModelState.FAILED, model="whisper-large-v3-turbo"),
    "microphone lost": replace(IDLE, faults=(LOST,)),
    "microphone lost, text held": replace(HELD, faults=(LOST,)),
    "computer asleep": replace(IDLE, link=Link.ASLEEP, text=SPOKEN),
    "computer away": replace(IDLE, link=Link.DOWN),
    "computer not heard of": replace(IDLE, link=Link.UNKNOWN),
    "long names and words": replace(
        IDLE,
        host="the reading room upstairs",
        text="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte",
    ),
    "Cyrillic": replace(IDLE, host="дом", text="Пришлите, пожалуйста, отчёт ещё до пятницы."),
    "Greek": replace(IDLE, host="γραφείο", text="Καλημέρα, στείλτε την αναφορά αύριο."),
    "characters the font lacks": replace(IDLE, text="Tea is 茶 or चाय, smile 😀"),
    "letters replaced": replace(IDLE, text="Only two: café, naïve.", substitutions=2),
    "letters replaced, by what": replace(
        IDLE, text="It’s here — at last.", substitutions=2, replaced=("—", "--")
    ),
    "script the layout lacks": replace(
        IDLE, typing=(0, 42), text="Пришлите отчёт.", substitutions=42, lacking="Cyrillic"
    ),
    "listening, too quiet": replace(
        LISTENING, text="Thank you for the figures.", level_db=-54.0, loudness=Loudness.TOO_QUIET
    ),
    "thinking, clipped": replace(IDLE, text=SPOKEN, phrases=2, loudness=Loudness.CLIPPED),
    "idle, too quiet": replace(IDLE, text=SPOKEN, loudness=Loudness.TOO_QUIET),
    "idle, clipped": replace(IDLE, text=SPOKEN, loudness=Loudness.CLIPPED),
    "idle, no words heard": replace(IDLE, wordless=True),
    "sound lost": replace(IDLE, text=SPOKEN, lost_ms=240),
}


def file_name(scene: str) -> str:
    """The file name of a scene's picture."""
    return scene.replace(", ", "-").replace(" ", "-").lower() + ".png"
