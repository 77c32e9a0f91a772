import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from projects.deliverables.files.alignment import Work, common

few_letters = st.lists(st.sampled_from("abcde"), max_size=40)


def longest_common(a, b):
    """The textbook's table: as many as there can be."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            best[i][j] = 1 + best[i + 1][j + 1] if a[i] == b[j] else max(best[i + 1][j], best[i][j + 1])
    return best[0][0]


def check(a, b, pairs):
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in itertools.pairwise(pairs))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(few_letters, few_letters)
def test_pairs_are_equal_and_in_order(a, b):
    check(a, b, common(a, b))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(few_letters, few_letters)
def test_without_anchors_nothing_common_is_missed(a, b):
    """Each element twice: none is an anchor, and the shortest edit alone is left to find."""
    a, b = [*a, *a, *"xyxy"], [*b, *b, *"yxyx"]
    doubled = [*"zwzw", *a], [*"wzwz", *b]
    assert len(common(*doubled)) == longest_common(*doubled)


def test_whole_is_common_to_itself():
    words = list(range(5000))
    assert common(words, words) == [(n, n) for n in words]


def test_anchors_are_found_wherever_they_moved():
    first, second = list(range(1000)), list(range(1000, 2000))
    pairs = common(first + second, second + first)
    assert len(pairs) == 1000


def test_empty_sequences_have_nothing_in_common():
    assert common([], []) == common("a", "") == common("", "a") == common("a", "b") == []


def test_work_is_bounded():
    a, b = ["a", "b", "c", "d"] * 2000, ["c", "a", "d", "a", "b"] * 1600
    work = Work(left=1000)
    pairs = common(a, b, work)
    check(a, b, pairs)
    assert work.left < 0
