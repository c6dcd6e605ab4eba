"""Twelve Tang quatrains that many know by heart, all held out (test), with a gloss for those who read no Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Poem:
    """One quatrain: ``title`` and ``author`` in Chinese and in English or pinyin, four ``lines``, a ``gloss`` each."""

    title: str
    author: str
    lines: tuple[str, str, str, str]
    gloss: tuple[str, str, str, str]

    @property
    def text(self) -> str:
        """The twenty characters."""
        return "".join(self.lines)


def famous() -> tuple[Poem, ...]:
    """Twelve quatrains as the corpus writes them; the gloss of each line is our own."""
    return FAMOUS


def _poem(title: str, author: str, lines: str, *gloss: str) -> Poem:
    first, second, third, fourth = lines.split()
    one, two, three, four = gloss
    return Poem(title, author, (first, second, third, fourth), (one, two, three, four))


FAMOUS = (
    _poem(
        "登鸛雀樓 (Climbing Stork Tower)",
        "王之渙 (Wang Zhihuan)",
        "白日依山盡 黃河入海流 欲窮千里目 更上一層樓",
        "the white sun leans on the hills and is gone",
        "the Yellow River runs into the sea",
        "whoever wants to see a thousand miles",
        "goes up one more floor of the tower",
    ),
    _poem(
        "靜夜思 (Thoughts on a still night)",
        "李白 (Li Bai)",
        "牀前看月光 疑是地上霜 舉頭望山月 低頭思故鄉",
        "before the bed I look at the moonlight",
        "and take it for frost on the ground",
        "I raise my head to the moon over the hills",
        "and lower it, thinking of home",
    ),
    _poem(
        "春曉 (Spring dawn)",
        "孟浩然 (Meng Haoran)",
        "春眠不覺曉 處處聞啼鳥 夜來風雨聲 花落知多少",
        "asleep in spring, I did not notice the dawn",
        "birds are calling everywhere",
        "in the night there was wind and rain",
        "who knows how many blossoms fell",
    ),
    _poem(
        "鹿柴 (Deer fence)",
        "王維 (Wang Wei)",
        "空山不見人 但聞人語響 返景入深林 復照青苔上",
        "an empty hill, nobody to be seen",
        "only an echo of people talking",
        "late light comes back into the deep wood",
        "and shines once more on green moss",
    ),
    _poem(
        "相思 (Longing)",
        "王維 (Wang Wei)",
        "紅豆生南國 秋來發故枝 願君多采擷 此物最相思",
        "red beans grow in the south",
        "in autumn they come out on the old twigs",
        "I wish that you may gather many",
        "nothing else stands so much for longing",
    ),
    _poem(
        "竹里館 (Lodge in the bamboo)",
        "王維 (Wang Wei)",
        "獨坐幽篁裏 彈琴復長嘯 深林人不知 明月來相照",
        "alone I sit in the dark of the bamboo",
        "I play the zither and whistle long",
        "in the deep wood nobody knows",
        "the bright moon comes to shine on me",
    ),
    _poem(
        "江雪 (River in snow)",
        "柳宗元 (Liu Zongyuan)",
        "千山鳥飛絕 萬逕人蹤滅 孤舟蓑笠翁 獨釣寒江雪",
        "over a thousand hills no bird flies",
        "on ten thousand paths no footprint is left",
        "one boat, an old man in straw cape and hat",
        "fishing alone in the snow of the cold river",
    ),
    _poem(
        "尋隱者不遇 (Looking for a hermit and not meeting him)",
        "賈島 (Jia Dao)",
        "松下問童子 言師採藥去 只在此山中 雲深不知處",
        "under the pines I ask the boy",
        "he says the master went to pick herbs",
        "he is somewhere on this mountain",
        "but where, in such deep clouds, he cannot tell",
    ),
    _poem(
        "登樂遊原 (Going up to Leyou Plain)",
        "李商隱 (Li Shangyin)",
        "向晚意不適 驅車登古原 夕陽無限好 只是近黃昏",
        "towards evening I felt ill at ease",
        "and drove the carriage up to the old plain",
        "the setting sun is boundlessly fine",
        "only it is so near to dusk",
    ),
    _poem(
        "憫農 (Pity for the farmer)",
        "李紳 (Li Shen)",
        "鋤禾日當午 汗滴禾下土 誰知盤中餐 粒粒皆辛苦",
        "hoeing the grain at high noon",
        "sweat drips on the soil under the stalks",
        "who knows of the food in the bowl",
        "that each single grain is toil",
    ),
    _poem(
        "宿建德江 (A night on the Jiande river)",
        "孟浩然 (Meng Haoran)",
        "移舟泊煙渚 日暮客愁新 野曠天低樹 江清月近人",
        "I moor the boat at a misty islet",
        "at sunset the traveller's grief is new",
        "the plain is wide, the sky lower than the trees",
        "the river is clear, the moon close to me",
    ),
    _poem(
        "逢雪宿芙蓉山主人 (Caught by snow, a guest on Lotus Mountain)",
        "劉長卿 (Liu Changqing)",
        "日暮蒼山遠 天寒白屋貧 柴門聞犬吠 風雪夜歸人",
        "the sun sets, the blue hills are far",
        "the day is cold, the white hut poor",
        "at the brushwood gate a dog is heard barking",
        "through wind and snow somebody comes home by night",
    ),
)
