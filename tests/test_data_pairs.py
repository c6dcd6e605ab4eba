"""Files of sentence pairs, one small file in each layout in which the five data sets are found."""

import json

import numpy as np
import pytest

from blogtools.data import load_pairs

PLANE, PLANES = "A plane is taking off.", "An air plane is taking off."
ASK, ASKS = "怎么开通花呗", "花呗如何开通"

STS_B = f"main-captions\tMSRvid\t2012test\t0001\t5.000\t{PLANE}\t{PLANES}\nmain-news\tx\t2013\t0002\t0.5\ta\tb\n"
STS_B_SOURCES = f"forum\ta\t2012\t1\t5.000\t{PLANE}\t{PLANES}\nforum\ta\t2012\t2\t0.5\ta\tb\tsource\tsource\n"
GLUE = (
    "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
    f"0\tmain\tMSRvid\t2012\t1\tnone\tnone\t{PLANE}\t{PLANES}\t5.000\n1\tm\tM\t2012\t2\tnone\tnone\ta\tb\t0.500\n"
)
LAYOUTS = {
    "sts-b, its own": ("sts-b", STS_B, [PLANE, "a"], [PLANES, "b"], [5.0, 0.5]),
    "sts-b, sources behind": ("sts-b", STS_B_SOURCES, [PLANE, "a"], [PLANES, "b"], [5.0, 0.5]),
    "sts-b, all with sources": ("sts-b", STS_B_SOURCES.split("\n")[1] + "\n", ["a"], ["b"], [0.5]),
    "sts-b, GLUE": ("sts-b", GLUE, [PLANE, "a"], [PLANES, "b"], [5.0, 0.5]),
    "sts-b, csv": ("sts-b", f'{PLANE},"No, {PLANES}",5.0\n"a\nb","say ""b""",0.5\n', None, None, [5.0, 0.5]),
    "sts-b, csv with header": ("sts-b", f"sentence1,sentence2,score\n{PLANE},{PLANES},3.8\n", [PLANE], [PLANES], [3.8]),
    "sts-b, Chinese": ("sts-b", f"1-0||{ASK}||{ASKS}||5\n1-1||a||b||2.6\n", [ASK, "a"], [ASKS, "b"], [5.0, 2.6]),
    "lcqmc": ("lcqmc", f'{ASK}\t{ASKS}\t1\n他说"好\t他\t0\n', [ASK, '他说"好'], [ASKS, "他"], [1.0, 0.0]),
    "lcqmc, header": ("lcqmc", f"text_a\ttext_b\tlabel\n{ASK}\t{ASKS}\t1\n", [ASK], [ASKS], [1.0]),
    "bq, csv": ("bq", f"sentence1,sentence2,label\n{ASK},{ASKS},1\n", [ASK], [ASKS], [1.0]),
    "bq, label first": ("bq", f"gold_label\tsentence1\tsentence2\n1\t{ASK}\t{ASKS}\n", [ASK], [ASKS], [1.0]),
    "atec": ("atec", f"1\t{ASK}\t{ASKS}\t1\n2\ta\tb\t0\n", [ASK, "a"], [ASKS, "b"], [1.0, 0.0]),
    "paws-x": ("paws-x", f"id\tsentence1\tsentence2\tlabel\n1\t{ASK}\t{ASKS}\t0\n", [ASK], [ASKS], [0.0]),
    "json lines": (
        "atec",
        "".join(json.dumps({"sentence1": a, "sentence2": b, "label": y}) + "\n" for a, b, y in ((ASK, ASKS, "1"),)),
        [ASK],
        [ASKS],
        [1.0],
    ),
}


def written(tmp_path, content: str | bytes):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dress", ["plain", "windows", "no last newline"])
def test_each_layout_is_read(layout, dress, tmp_path):
    name, content, first, second, labels = LAYOUTS[layout]
    raw = content.encode()
    if dress == "windows":
        raw = b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")
    elif dress == "no last newline":
        raw = raw.removesuffix(b"\n")
    path = written(tmp_path, raw)
    for found in (load_pairs(path, name), load_pairs(str(path))):
        assert found.first == (first or [PLANE, "a\nb"])
        assert found.second == (second or [f"No, {PLANES}", 'say "b"'])
        assert found.labels.tolist() == labels
        assert found.labels.dtype == np.float64
        assert len(found) == len(labels)


@pytest.mark.parametrize(
    ("format", "content", "message"),
    [
        ("qqp", "a\tb\t1\n", r"format='qqp': expected one of sts-b, lcqmc, bq, atec, paws-x"),
        (None, "", "no pairs in it"),
        (None, "\n \n", "no pairs in it"),
        (None, "sentence1\tsentence2\tlabel\n", "no pairs in it"),
        (None, "a\tb\t1\na\tb\n", "line 2: 2 fields, expected 3 as in the first line"),
        (None, "a\tb\t1\n\na\tb\t0\n", "line 2: 1 fields, expected 3"),
        (None, "a\tb\t1\tc\td\n", "line 1: 5 fields, expected a header"),
        (None, "a b 1\n", "line 1: 1 fields, expected a header"),
        (None, "1\ta\tb\t1\n2\ta\tb\t1\t0\n", "line 2: 5 fields, expected 4"),
        (None, STS_B + "a\tb\t1\n", "line 3: 3 fields, expected 7"),
        (None, GLUE + "a\tb\t1\td\te\tf\tg\th\ti\n", "line 4: 9 fields, expected 10"),
        (None, "sentence1\tsentence2\nx\ty\n", "line 1: names no column label or score"),
        (None, "sentence1\tquestion\tlabel\n", "line 1: names no column sentence2 or text_b"),
        (None, "id\tlabel\nx\t1\n", "line 1: names no column sentence1 or text_a"),
        (None, "a\tb\tyes\n", "line 1: the label is 'yes', expected a number from 0 to 5"),
        (None, "a\tb\t5.1\n", "line 1: the label is '5.1'"),
        (None, "a\tb\t-1\n", "line 1: the label is '-1'"),
        (None, "a\tb\tnan\n", "line 1: the label is 'nan'"),
        ("sts-b", "a\tb\t6\n", "expected a number from 0 to 5"),
        ("lcqmc", "a\tb\t1\na\tb\t2\n", "line 2: the label is '2', expected 0 or 1"),
        ("paws-x", "a\tb\t0.5\n", "line 1: the label is '0.5', expected 0 or 1"),
        ("bq", "a\tb\t\n", "line 1: the label is '', expected 0 or 1"),
        ("atec", "1\ta\tb\t-100\n", "line 1: the label is '-100'"),
        (None, "a\tb\t1\n \tb\t1\n", "line 2: the first sentence is empty"),
        (None, "a\t\t1\n", "line 1: the second sentence is empty"),
        (None, "a\tb\t1\n中文\t".encode() + "中文\t1".encode("gbk"), "line 2: byte 0xd6 is no UTF-8"),
        (None, 'a,b,1\n"a,b,1\n', "line 2: no CSV"),
        (None, '{"sentence1": "a", "sentence2": "b", "label": 1}\n{"sentence1": "a"\n', "line 2: no JSON"),
        (None, '{"a": 1}\n', "line 1: expected an object with sentence1"),
        (None, '{"sentence1": "a", "sentence2": "b", "label": 1}\n[1]\n', "line 2: expected an object"),
        (None, '{"sentence1": "a", "sentence2": "b"}\n', "line 1: names no column label"),
        (None, '{"sentence1": "a", "sentence2": "b", "label": null}\n', "line 1: the label is 'None'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(format, content, message, tmp_path):
    path = written(tmp_path, content)
    with pytest.raises(ValueError, match=message) as refused:
        load_pairs(path, format)
    assert format == "qqp" or str(path) in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.tsv"):
        load_pairs(tmp_path / "none.tsv")
