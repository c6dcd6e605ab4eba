"""Section "More routes to the same number"."""

from blogtools import cross
from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact

SECTION = "More routes to the same number"

METHODS = {
    "enumerate": "all 43 million cases",
    "centre": "the centre first, then the product of the axes",
    "contraction": "one contraction of a tensor network",
    "transfer": "square by square with a short memory",
}


def route(method: str, what: str) -> Entry:
    """The package's count by one method, under both rules, against formulas that look at no case."""
    return Entry(
        id=f"9291.routes.{method}",
        kind="algorithm",
        latex="",
        says=f"27216 by {what}",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: cross.count(method=method),
                against=hand.centre_first,
                witnesses=((),),
                mutants={"only neighbours differ": lambda: cross.count(rule="adjacent", method=method)},
            ),
            Exact(
                statement=lambda: cross.count(rule="adjacent", method=method),
                against=hand.messages,
                witnesses=((),),
                mutants={"the whole line differs": lambda: cross.count(method=method)},
                about="when only neighbours must differ: 104976",
            ),
        ),
    )


ENTRIES = [
    *(route(method, what) for method, what in METHODS.items()),
    Entry(
        id="9291.routes.formula",
        kind="identity",
        latex=r"162\cdot3\cdot2\cdot1^7\cdot4\cdot7=27216",
        says="27216 by the polynomial 162 k(k−1)(k−2)⁷(3k−5)(4k−5) at k = 3",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: 162 * 3 * 2 * 1**7 * 4 * 7,
                against=brute.count,
                witnesses=((),),
                mutants={"at k = 4": lambda: 162 * 4 * 3 * 2**7 * 7 * 11, "4k − 7": lambda: 162 * 3 * 2 * 4 * 5},
            ),
            Exact(
                statement=lambda: cross.closed_form().subs("k", 3),
                against=brute.count,
                witnesses=((),),
                mutants={"at k = 4": lambda: cross.closed_form().subs("k", 4)},
                about="the package's polynomial",
            ),
        ),
    ),
    Entry(
        id="9291.routes.messages",
        kind="algorithm",
        latex=r"\sum_{\text{centres}}\prod_{\text{arms}}\sum_{m'\neq m}a(c,m')=36\cdot6^2\cdot9^2=18^4=104976",
        says="when only neighbours must differ, no arm knows of another, and both kinds of centre are alike: 104976",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: hand.messages(),
                against=lambda: brute.count(rule="adjacent"),
                witnesses=((),),
                mutants={"the whole line": lambda: hand.centre_first(), "12 to the power 4": lambda: 12**4},
            ),
            Exact(
                statement=lambda: 36 * 6**2 * 9**2,
                against=lambda: brute.count(rule="adjacent"),
                witnesses=((),),
                mutants={"three of the one, one of the other": lambda: 36 * 6**3 * 9, "12 an arm": lambda: 36 * 12**4},
                about="6 for an arm at an edge of the centre's colour, 9 at another",
            ),
        ),
    ),
    Entry(
        id="9291.routes.network",
        kind="algorithm",
        latex="",
        says="27216 by a second tensor network, written from the definition in NumPy alone",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda rule: hand.contraction(brute.CROSS, 3, rule),
                against=lambda rule: brute.count(rule=rule),
                witnesses=({"rule": "line"}, {"rule": "adjacent"}),
                mutants={"four colours": lambda rule: hand.contraction(brute.CROSS, 4, rule)},
            ),
        ),
    ),
]
