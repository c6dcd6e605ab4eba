"""The figures of 9291: the cross to colour, its cells, its kinds of centre, the tree of cases, answers, costs."""
