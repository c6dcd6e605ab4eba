"""The eight posts as data: what every room, notebook, table and citation reads its titles from."""

from dataclasses import dataclass
from datetime import date

AUTHOR = "Su Jianlin (苏剑林)"
BLOG = "Scientific Spaces (科学空间)"


@dataclass(frozen=True)
class Post:
    """One post: its number on the blog, both titles, its date, and the notebooks and claims that treat it."""

    id: str
    title: str
    original_title: str
    date: date
    topic: str
    """Name shared by ``claims/<topic>.py``, ``figures/<topic>.py``, ``tests/test_<topic>.py`` and the notebook."""
    notebooks: tuple[str, ...]
    """File names without ending, whether or not the notebook exists yet."""
    offers: str
    """What the reader can do with it, in one line."""

    @property
    def address(self) -> str:
        """Where the post stands."""
        return f"https://kexue.fm/archives/{self.id}"

    @property
    def citation(self) -> str:
        """Author, date, both titles and address, on one line."""
        return f"{AUTHOR}, {self.title} ({self.original_title}), {BLOG}, {self.date.isoformat()}, {self.address}"


POSTS: tuple[Post, ...] = (
    Post(
        "9271",
        "Generative diffusion XI: the unified diffusion model, applied",
        "生成扩散模型漫谈（十一）：统一扩散模型（应用篇）",
        date(2022, 9, 21),
        "unified_diffusion",
        ("05_diffusion_hot_and_cold", "06_diffusion_on_text"),
        "destroy one digit five ways and find the way back by three rules",
    ),
    Post(
        "9280",
        "Generative diffusion XII: the diffusion ODE, head-on",
        "生成扩散模型漫谈（十二）：“硬刚”扩散ODE",
        date(2022, 9, 28),
        "heat_ode",
        ("03_heat_ode",),
        "draw a density and watch the heat equation three ways on one axis",
    ),
    Post(
        "9291",
        "A try at the “cross” counting problem",
        "“十字架”组合计数问题浅试",
        date(2022, 10, 9),
        "cross_counting",
        ("02_cross_counting",),
        "colour the cross by hand and count all 27216 ways four times",
    ),
    Post(
        "9305",
        "Generative diffusion XIII: from gravity to diffusion (PFGM)",
        "生成扩散模型漫谈（十三）：从万有引力到扩散模型",
        date(2022, 10, 18),
        "poisson_flow",
        ("04_poisson_flow",),
        "drag masses, watch their field lines, and follow those lines to handwritten digits",
    ),
    Post(
        "9324",
        "n random points of a disc in one sector of angle θ",
        "圆内随机n点在同一个圆心角为θ的扇形的概率",
        date(2022, 10, 25),
        "sector_probability",
        ("01_sector_probability",),
        "throw ducks on a pond and watch the estimate close on the exact value",
    ),
    Post(
        "9336",
        "CUR decomposition for fast retrieval with interaction models",
        "利用CUR分解加速交互式相似度模型的检索",
        date(2022, 11, 2),
        "cur_retrieval",
        ("08_cur_retrieval",),
        "find the best next line of a poem with a hundred scorer calls instead of three thousand",
    ),
    Post(
        "9341",
        "CoSENT III: a loss for interaction-based similarity",
        "CoSENT（三）：作为交互式相似度的损失函数",
        date(2022, 11, 9),
        "cosent_cross_encoder",
        ("07_cosent_cross_encoder",),
        "drag scores along a line and feel the ranking loss push back",
    ),
    Post(
        "9344",
        "Training recipes derived from the idea of Amos",
        "基于Amos优化器思想推导出来的一些“炼丹策略”",
        date(2022, 11, 22),
        "amos_recipes",
        ("09_amos_recipes",),
        "derive weight decay and learning rate from one assumption and test the assumption",
    ),
)


def post(post_id: str) -> Post:
    """The post with this number, such as ``"9305"``; ``ValueError`` names the eight when there is none."""
    for candidate in POSTS:
        if candidate.id == post_id:
            return candidate
    raise ValueError(f"post_id = {post_id!r} is not one of {', '.join(p.id for p in POSTS)}")
