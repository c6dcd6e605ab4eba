"""The claims of 9336, "CUR for fast retrieval with interaction models", in the order of the post."""

from blogtools.claims.cur_retrieval import beyond, cur, factors, picture, problem, retrieval

_PARTS = (problem, factors, cur, picture, retrieval, beyond)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
