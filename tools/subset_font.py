"""Makes blogtools/live/fonts/BlogtoolsSans-Regular.ttf: the part of Noto Sans SC that labels and titles need.

    python tools/subset_font.py NotoSansSC-Regular.ttf

The source is Noto Sans SC Regular 2.004 (SIL Open Font License), as in PyPI's zhplot 1.0.0. The subset gets a name of
its own, so that a full Noto Sans SC on the same machine is never mixed up with it. Signs that are as wide as a Chinese
character (± · → ≤ “ …) are left out: in a line of Latin text they gape, and DejaVu Sans, next in line, has them all.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from blogtools.data import corpus, famous

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "blogtools" / "live" / "fonts" / "BlogtoolsSans-Regular.ttf"
NAME = "Blogtools Sans"
RANGES = [
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x0391, 0x03C9), (0x03D5, 0x03D5), (0x2000, 0x206F), (0x2070, 0x209C),
    (0x20AC, 0x20AC), (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2308, 0x230B),
    (0x2460, 0x2473), (0x2500, 0x257F), (0x25A0, 0x25FF), (0x2605, 0x2606), (0x2713, 0x2717), (0x3000, 0x301F),
    (0xFF01, 0xFF5E),
]  # fmt: skip
TRADITIONAL = (
    "蘇劍林科學空間從萬有引力到擴散模型統一應用硬剛漫談十字架組合計數問題淺試圓內隨機點在同個心角為的扇形概率"
    "利分解加速交互式相似度檢索作損失函基於優化器思想推導出來些煉丹策略詩聲韻詞語對句風雲書東國門開關長時間見說還與電場線"
)


def level_one() -> set[str]:
    """The 3,755 common characters of GB 2312 (rows 16 to 55), from Python's own codec."""
    return {
        bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312")
        for row in range(16, 56)
        for cell in range(1, 95)
        if (row, cell) < (55, 90)
    }


def wanted() -> set[str]:
    """Every character that a label may need."""
    ranges = {chr(code) for low, high in RANGES for code in range(low, high + 1)}
    posts = set((ROOT / "blogtools" / "posts.py").read_text(encoding="utf-8"))
    names = "".join(poem.title + poem.author for poem in famous())
    verse = {*corpus.vocabulary().characters, *"".join(corpus.stored()["groups"]), *names}
    return ranges | level_one() | {c for c in posts if c.isprintable()} | set(TRADITIONAL) | verse


def wide_signs(font: TTFont) -> set[str]:
    """Signs outside the Chinese blocks that are a full em wide."""
    em, widths = font["head"].unitsPerEm, font["hmtx"]
    return {chr(c) for c, glyph in font.getBestCmap().items() if c < 0x2E80 and widths[glyph][0] >= em}


def main(source: str) -> None:
    """Writes the subset and prints how large it is."""
    options = subset.Options(layout_features=["kern"], hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14])
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in wanted() - wide_signs(font)])
    subsetter.subset(font)
    _rename(font)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET.relative_to(ROOT)}: {len(font.getGlyphOrder())} glyphs, {TARGET.stat().st_size / 1e6:.2f} MB")


def _rename(font: TTFont) -> None:
    for record in list(font["name"].names):
        name = {1: NAME, 4: NAME, 6: "BlogtoolsSans-Regular", 3: "BlogtoolsSans-Regular-2.004"}.get(record.nameID)
        if name is not None:
            font["name"].setName(name, record.nameID, record.platformID, record.platEncID, record.langID)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
