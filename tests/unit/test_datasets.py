"""Datasets: which recordings are read from each form, and what is left out, with the reason."""

import gzip

import pytest

from saykey.measure.datasets import find
from saykey.measure.datasets.item import DatasetError


@pytest.fixture
def place(tmp_path):
    """Writes files below a folder, {name: text or bytes}, and returns the folder."""

    def placed(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return placed


def texts(dataset):
    return {item.name: item.text for item in dataset.items}


def reasons(dataset):
    return {each.name: each.reason for each in dataset.left_out}


def test_a_folder_has_a_text_beside_each_recording(place):
    folder = place(
        {
            "b.wav": "",
            "b.txt": "\ufeffGood morning.\n",
            "deeper/a.flac": "",
            "deeper/a.txt": "How are you?",
            "silence.opus": "",
            "silence.txt": "",
            "notes.md": "",
        }
    )
    dataset = find.read(folder)
    assert dataset.form == "folder"
    assert texts(dataset) == {"b": "Good morning.", "deeper/a": "How are you?", "silence": ""}
    assert dataset.items[1].audio == folder / "deeper/a.flac"
    assert dataset.left_out == ()


def test_a_folder_leaves_out_what_has_no_text_or_no_recording(place):
    dataset = find.read(
        place(
            {"a.wav": "", "a.txt": "yes", "b.wav": "", "c.wav": "", "c.txt": b"\xff", "d.txt": ""}
        )
    )
    assert list(texts(dataset)) == ["a"]
    assert reasons(dataset) == {
        "b.wav": "no transcript: write what is said to b.txt",
        "c.wav": "c.txt is not UTF-8: save it as UTF-8",
        "d.txt": "no recording has this name: put one beside it",
    }


def test_of_two_recordings_with_one_name_the_second_is_left_out(place):
    dataset = find.read(place({"a.wav": "", "a.flac": "", "a.txt": "yes"}))
    assert [item.audio.name for item in dataset.items] == ["a.flac"]
    assert reasons(dataset) == {"a": "a.wav has the name of a.flac: rename one of them"}


def test_librispeech_lists_the_texts_of_each_folder(place):
    dataset = find.read(
        place(
            {
                "1/2/1-2.trans.txt": "1-2-0000 MISTER QUILTER\n1-2-0001 NOR IS\n1-2-0002\n",
                "1/2/1-2-0000.flac": "",
                "1/2/1-2-0003.flac": "",
            }
        )
    )
    assert (dataset.form, texts(dataset)) == ("LibriSpeech", {"1-2-0000": "MISTER QUILTER"})
    told = reasons(dataset)
    assert told.keys() == {"1-2-0001", "1-2-0003", "line 3 of 1-2.trans.txt"}
    assert "1-2-0001.flac is missing" in told["1-2-0001"]


@pytest.mark.parametrize("column", ["transcription", "text", "sentence"])
def test_an_audiofolder_has_its_texts_in_a_csv_file(place, column):
    metadata = f'file_name,speaker,{column}\nclips/a.wav,7,"Yes, two\nlines."\nb.wav,8,No.\n'
    dataset = find.read(place({"metadata.csv": metadata, "clips/a.wav": "", "b.wav": ""}))
    assert dataset.form == "audiofolder"
    assert texts(dataset) == {"clips/a": "Yes, two\nlines.", "b": "No."}


def test_an_audiofolder_has_its_texts_in_a_file_of_json_lines(place):
    lines = [
        '{"file_name": "a.mp3", "text": "Yes."}',
        "",
        '{"file_name": "b.mp3"}',
        '{"text": "No."}',
        "[1]",
    ]
    dataset = find.read(place({"train/metadata.jsonl": "\n".join(lines), "train/a.mp3": ""}))
    assert texts(dataset) == {"train/a": "Yes."}
    assert {name: reason.partition(":")[0] for name, reason in reasons(dataset).items()} == {
        "line 3 of metadata.jsonl": "no text",
        "line 4 of metadata.jsonl": "no file_name",
        "line 5 of metadata.jsonl": "not a JSON object",
    }


def test_a_line_that_is_not_utf_8_is_left_out_and_the_others_are_read(place):
    metadata = b"file_name,text\na.wav,Yes.\nb.wav,\xe9t\xe9\nc.wav,No.\n"
    dataset = find.read(place({"metadata.csv": metadata, "a.wav": "", "b.wav": "", "c.wav": ""}))
    assert list(texts(dataset)) == ["a", "c"]
    assert list(reasons(dataset)) == ["line 3 of metadata.csv"]


def test_a_recording_listed_twice_is_used_once(place):
    dataset = find.read(
        place({"metadata.csv": "file_name,text\na.wav,Yes.\na.wav,No.\n", "a.wav": ""})
    )
    assert texts(dataset) == {"a": "Yes."}
    assert list(reasons(dataset)) == ["a"]


TABLE = 'client_id\tpath\tsentence\n7\ta.mp3\t"Yes," he said.\n8\tb.mp3\tNo.\n9\t\tOh.\n'


def test_common_voice_has_a_table_and_clips(place):
    folder = place({"test.tsv": TABLE, "dev.tsv": "path\tsentence\n", "clips/a.mp3": ""})
    for named in (folder, folder / "test.tsv"):
        dataset = find.read(named)
        assert dataset.form == "Common Voice"
        assert texts(dataset) == {"a": '"Yes," he said.'}
        assert reasons(dataset).keys() == {"b", "line 4 of test.tsv"}


def test_one_of_several_tables_of_common_voice_must_be_named(place):
    folder = place({"dev.tsv": TABLE, "train.tsv": TABLE, "clips/a.mp3": ""})
    with pytest.raises(DatasetError, match=r"name one table .* dev\.tsv, train\.tsv"):
        find.read(folder)


def test_a_table_without_the_columns_of_common_voice_is_refused(place):
    folder = place({"test.tsv": "path\ttext\n"})
    with pytest.raises(DatasetError, match="no column sentence"):
        find.read(folder / "test.tsv")


LIST = "; a comment\n\nbeep: [a beep]\nletters/at: at [@]\ngone: Gone.\nno colon\n"


@pytest.mark.parametrize("packed", [False, True])
def test_asterisks_list_names_the_recordings_of_a_folder(place, tmp_path, packed):
    folder = place({"en/beep.g722": "", "en/letters/at.g722": "", "en/more.g722": ""}) / "en"
    listed = tmp_path / ("list.txt.gz" if packed else "list.txt")
    listed.write_bytes(gzip.compress(LIST.encode()) if packed else LIST.encode())
    dataset = find.read(folder, listed)
    assert (dataset.form, texts(dataset)) == ("Asterisk", {"beep": "", "letters/at": "at"})
    assert reasons(dataset).keys() == {"gone", "more", "line 6 of list.txt" + ".gz" * packed}


def test_a_damaged_list_is_an_error_of_one_line(place, tmp_path):
    folder = place({"a.g722": ""})
    (tmp_path / "list.txt.gz").write_bytes(gzip.compress(LIST.encode())[:-12])
    with pytest.raises(DatasetError, match="is damaged"):
        find.read(folder, tmp_path / "list.txt.gz")


def test_a_dataset_of_which_nothing_can_be_used_is_an_error(place):
    with pytest.raises(DatasetError, match=r"2 are left out; the first is a.wav: no transcript"):
        find.read(place({"a.wav": "", "b.wav": ""}))


def test_an_empty_folder_a_file_and_no_folder_at_all_are_errors(place, tmp_path):
    with pytest.raises(DatasetError, match="there is no recording"):
        find.read(tmp_path)
    place({"a.wav": ""})
    with pytest.raises(DatasetError, match=r"a\.wav is a file"):
        find.read(tmp_path / "a.wav")
    with pytest.raises(DatasetError, match="does not exist"):
        find.read(tmp_path / "b")


def test_a_limit_takes_recordings_from_all_over_the_dataset(place):
    files = {f"{number:02}.{suffix}": "" for number in range(10) for suffix in ("wav", "txt")}
    dataset = find.read(place(files))
    assert [item.name for item in find.limited(dataset, 3).items] == ["00", "03", "06"]
    assert find.limited(dataset, 99) == dataset
