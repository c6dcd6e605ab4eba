"""Write the generated table and the picture of README.md anew from posts, notebooks, ledger, figure: `make readme`."""

import re
import sys
from pathlib import Path

from blogtools.figures import figure
from blogtools.ledger import expected_counts
from blogtools.posts import POSTS

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- posts: written by tools/write_readme.py -->", "<!-- end of posts -->"


def table() -> str:
    """One row a post: titles, notebooks, what one can do, verdicts."""
    rows = ["| post | notebook | what you can do | verdicts |", "|---|---|---|---|"]
    for post in sorted(POSTS, key=lambda post: post.notebooks[0]):
        present = [name for name in post.notebooks if (ROOT / "notebooks" / f"{name}.ipynb").exists()]
        links = "<br>".join(f"[{name}](notebooks/{name}.ipynb)" for name in present) or "in preparation"
        counts = expected_counts(post.id)
        verdicts = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number) or "-"
        title = f"[{post.title}]({post.address})<br>{post.original_title}, {post.date}"
        rows.append(f"| {title} | {links} | {post.offers} | {verdicts} |")
    return "\n".join(rows)


def readme() -> str:
    """README.md as it should read now."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    written, number = re.subn(f"(?s){START}.*?{END}", lambda _: f"{START}\n{table()}\n{END}", text)
    if number != 1:
        raise ValueError(f"README.md has the lines {START!r} and {END!r} {number} times; exactly once is wanted")
    return written


if __name__ == "__main__":
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    (ROOT / "docs" / "four_sources.png").write_bytes(figure("9305.fig1").still())
    sys.exit(0)
