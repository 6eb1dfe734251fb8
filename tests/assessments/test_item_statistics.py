"""Statistics of questions and quizzes: formulas by hand, and counting exactly once."""

from __future__ import annotations

import random
import statistics
from fractions import Fraction

import pytest

from lms.assessments.rules.judging import (
    Hint,
    Hinted,
    ItemVerdict,
    harder_languages,
    hints,
    verdict,
)
from lms.assessments.rules.statistics import (
    Chosen,
    ItemSums,
    Met,
    QuizSums,
    chosen_as_json,
    chosen_from_json,
    chosen_in,
    quiz_sums,
    sums_of,
    total,
)

ALL, NONE, HALF = Fraction(1), Fraction(0), Fraction(1, 2)


def met(key: str, share: Fraction, *, points: int = 1, chosen: tuple[str, ...] | None = ()) -> Met:
    return Met(key, 1, points, share, chosen)


def first_of(*attempts: list[Met]) -> ItemSums:
    """The sums of the first question of each attempt."""
    return total(sums_of(attempt)[0][1] for attempt in attempts)


def pair(share: Fraction, other: Fraction) -> list[Met]:
    return [met("one", share), met("two", other)]


def test_facility_is_the_mean_share_of_the_points() -> None:
    sums = first_of(*[pair(ALL, ALL)] * 6, *[pair(HALF, ALL)] * 2, *[pair(NONE, ALL)] * 2)
    assert sums.facility == pytest.approx(0.7)
    assert (sums.asked, sums.fully_right) == (10, 6)


def test_discrimination_is_the_correlation_worked_out_by_hand() -> None:
    # x: 1 1 1 1 1 0 0 0 0 0; y: 1 1 1 1 0 1 0 0 0 0. Means 0.5; covariance
    # (4 * 0.25 - 1 * 0.25 - 1 * 0.25 + 4 * 0.25) / 10 = 0.15; both variances 0.25; r = 0.6.
    both, first, second, neither = (
        pair(ALL, ALL), pair(ALL, NONE), pair(NONE, ALL), pair(NONE, NONE),
    )  # fmt: skip
    sums = first_of(*[both] * 4, first, second, *[neither] * 4)
    assert sums.discrimination == pytest.approx(0.6)


def test_point_biserial_over_more_questions_worked_out_by_hand() -> None:
    # Rest shares of those right: 1, 1, 2/3 (thousandths 667), of those wrong: 1/3, 0, 0; doubled.
    right = [[ALL, ALL, ALL], [ALL, ALL, ALL], [ALL, ALL, NONE]]
    wrong = [[ALL, NONE, NONE], [NONE, NONE, NONE], [NONE, NONE, NONE]]
    attempts = [[met("one", ALL), *(met(str(i), s) for i, s in enumerate(row))] for row in right]
    attempts += [[met("one", NONE), *(met(str(i), s) for i, s in enumerate(row))] for row in wrong]
    sums = first_of(*attempts, *attempts)
    # Means 8/9 and 1/9, mean of all 1/2, variance ((1/2)^2 * 4 + (1/6)^2 * 2) / 6 = 19/108;
    # r = (8/9 - 1/9) * sqrt(1/4) / sqrt(19/108) = 0.92717.
    assert sums.discrimination == pytest.approx(0.92717, abs=0.0005)


def test_question_alone_in_its_attempt_has_no_discrimination() -> None:
    sums = first_of(*[[met("one", ALL)]] * 12)
    assert sums.facility == 1.0
    assert sums.discrimination is None


def test_nothing_is_told_below_ten_answers() -> None:
    sums = first_of(*[pair(ALL, NONE)] * 9)
    assert sums.facility is None
    assert sums.discrimination is None
    assert verdict(sums) is ItemVerdict.TOO_FEW


def test_where_all_earn_the_same_there_is_no_discrimination_to_speak_of() -> None:
    sums = first_of(*[pair(ALL, ALL)] * 20)
    assert sums.discrimination is None
    assert verdict(sums) is ItemVerdict.NOT_YET


def test_verdicts_in_plain_words() -> None:
    both, first, second, neither = (
        pair(ALL, ALL), pair(ALL, NONE), pair(NONE, ALL), pair(NONE, NONE),
    )  # fmt: skip
    assert verdict(first_of(*[first] * 6, *[second] * 6)) is ItemVerdict.KEY_IN_DOUBT
    by_chance = first_of(*[both] * 13, *[neither] * 13, *[first] * 16, *[second] * 16)
    assert by_chance.discrimination == pytest.approx(-0.103, abs=0.001)
    assert verdict(by_chance) is ItemVerdict.TELLS_LITTLE
    hard = first_of(*[both] * 5, *[neither] * 25)
    assert verdict(hard) is ItemVerdict.TOO_HARD
    assert verdict(hard, is_before_teaching=True) is ItemVerdict.FINE
    assert verdict(first_of(*[both] * 15, *[neither] * 15)) is ItemVerdict.FINE
    same = first_of(*[both] * 8, *[first] * 8, *[second] * 8, *[neither] * 8)
    assert verdict(same) is ItemVerdict.TELLS_LITTLE


def test_nothing_but_a_key_in_doubt_is_judged_below_thirty_answers() -> None:
    all_right, first, second = pair(ALL, ALL), pair(ALL, NONE), pair(NONE, ALL)
    assert verdict(first_of(*[all_right] * 29)) is ItemVerdict.NOT_YET
    assert verdict(first_of(*[all_right] * 30)) is ItemVerdict.TOO_EASY
    assert verdict(first_of(*[first] * 5, *[second] * 5)) is ItemVerdict.KEY_IN_DOUBT
    few = first_of(*[[met("one", NONE, chosen=("b",)), met("two", ALL)]] * 29)
    assert hints(few, {"": {"a": True, "b": False}}) == []


@pytest.mark.parametrize("seed", range(3))
def test_sums_give_what_a_plain_recomputation_over_all_attempts_gives(seed: int) -> None:
    chance = random.Random(seed)
    attempts = []
    for _ in range(80):
        option = chance.choice("abc")
        rest = [Fraction(chance.randrange(5), 4) for _ in range(3)]
        attempts.append(
            [met("one", Fraction(int(option == "a")), chosen=(option,)),
             *(met(str(place), share, points=2) for place, share in enumerate(rest))]
        )  # fmt: skip
    sums = first_of(*attempts)
    rests = [
        round(1000 * sum(each.share for each in attempt[1:]) / 3) / 1000 for attempt in attempts
    ]
    shares = [float(attempt[0].share) for attempt in attempts]
    assert sums.facility == pytest.approx(statistics.mean(shares))
    assert sums.discrimination == pytest.approx(statistics.correlation(shares, rests))
    for code in "abc":
        chose = [float(attempt[0].chosen == (code,)) for attempt in attempts]
        assert sums.point_biserial(code) == pytest.approx(statistics.correlation(chose, rests))
    # What is taken out again leaves what the others make.
    assert sums + -first_of(*attempts[:30]) == first_of(*attempts[30:])


def test_point_biserial_of_an_answer_needs_ten_answers_and_other_questions() -> None:
    one = [met("one", ALL, chosen=("a",)), met("two", ALL)]
    other = [met("one", NONE, chosen=("b",)), met("two", NONE)]
    assert first_of(*[one] * 4, *[other] * 5).point_biserial("a") is None
    sums = first_of(*[one] * 5, *[other] * 5)
    assert sums.point_biserial("a") == pytest.approx(1.0)
    assert sums.point_biserial("b") == pytest.approx(-1.0)
    assert sums.point_biserial("never") is None
    assert first_of(*[[met("one", ALL, chosen=("a",))]] * 12).point_biserial("a") is None


def test_answers_of_a_question_are_judged_in_plain_words() -> None:
    def chose(code: str, rest: Fraction) -> list[Met]:
        return [met("one", Fraction(int(code == "a")), chosen=(code,)), met("two", rest)]

    codes = {"": {"a": True, "b": False, "c": False, "d": False}}
    misled = first_of(
        *[chose("b", ALL)] * 22, *[chose("a", NONE)] * 12, *[chose("c", HALF)] * 8,
        *[chose("d", HALF)] * 1,
    )  # fmt: skip
    assert hints(misled, codes) == [
        Hinted(Hint.MOST_WRONG, "b"),
        Hinted(Hint.MISLEADS, "b"),
        Hinted(Hint.RIGHT_PUTS_OFF, "a"),
        Hinted(Hint.SELDOM, "d"),
    ]
    assert Hinted(Hint.MOST_WRONG, "b") not in hints(misled, codes, is_before_teaching=True)
    good = first_of(*[chose("a", ALL)] * 24, *[chose("b", NONE)] * 6, *[chose("c", NONE)] * 6)
    assert hints(good, {"": {"a": True, "b": False, "c": False}}) == []


def test_language_in_which_clearly_less_is_earned_is_named() -> None:
    fine, hard = first_of(*[pair(ALL, ALL)] * 40), first_of(*[pair(NONE, ALL)] * 30)
    assert harder_languages({"en": fine, "id": hard}) == ["id"]
    assert harder_languages({"en": fine, "id": first_of(*[pair(NONE, ALL)] * 29)}) == []
    close = first_of(*[pair(ALL, ALL)] * 38, pair(NONE, ALL), pair(NONE, ALL))
    assert harder_languages({"en": fine, "id": close}) == []


def test_sums_do_not_depend_on_the_order_or_the_pieces_in_which_they_are_made() -> None:
    shuffled = random.Random(7)
    attempts = [
        [met("one", Fraction(i % 4, 3), chosen=("a" if i % 2 else "b",)),
         met("two", Fraction(i % 7, 6), points=3)]
        for i in range(60)
    ]  # fmt: skip
    whole = first_of(*attempts)
    shuffled.shuffle(attempts)
    pieces = [first_of(*attempts[start : start + 7]) for start in range(0, 60, 7)]
    assert total(pieces) == whole
    assert chosen_from_json(chosen_as_json(whole.chosen)) == whole.chosen
    assert set(whole.chosen) == {"a", "b"}


def test_who_chose_what_is_counted_with_what_they_earned_elsewhere() -> None:
    sums = first_of(
        [met("one", ALL, chosen=("a",)), met("two", ALL)],
        [met("one", NONE, chosen=("b",)), met("two", HALF)],
        [met("one", NONE, chosen=None), met("two", NONE)],
    )
    assert sums.chosen == {"a": Chosen(1, 1000), "b": Chosen(1, 500)}
    assert sums.left_out == 1


def test_choices_are_read_from_answers_as_given() -> None:
    assert chosen_in({"option": "a"}) == ("a",)
    assert chosen_in({"options": ["b", "a"]}) == ("a", "b")
    assert chosen_in({"answer": "true"}) == ("true",)
    assert chosen_in({"pairs": {"x": "1"}}) == ("x=1",)
    assert chosen_in({"gaps": {"x": "a", "b": "c"}}) == ("b=c", "x=a")
    assert chosen_in({"text": "Ngirmang"}) == ()
    assert chosen_in({}) == ()


def test_quiz_is_counted_by_persons_and_not_by_attempts() -> None:
    failed = quiz_sums(number=1, percent=40, is_passed=False, has_passed_before=False, before=None)
    passed = quiz_sums(number=2, percent=90, is_passed=True, has_passed_before=False, before=None)
    again = quiz_sums(number=3, percent=100, is_passed=True, has_passed_before=True, before=None)
    assert failed + passed + again == QuizSums(firsts=1, first_percents=40, passes=1, needed={2: 1})


def test_median_of_attempts_is_the_fewest_with_which_half_had_passed() -> None:
    sums = QuizSums(passes=10, needed={1: 4, 2: 1, 3: 5})
    assert sums.median_attempts == 2
    assert QuizSums(passes=11, needed={1: 4, 2: 1, 3: 6}).median_attempts == 3
    assert QuizSums(passes=9, needed={1: 9}).median_attempts is None


def test_means_before_and_after_are_of_the_same_persons_and_not_below_ten() -> None:
    one = quiz_sums(number=1, percent=80, is_passed=True, has_passed_before=False, before=50)
    without = quiz_sums(number=1, percent=10, is_passed=False, has_passed_before=False, before=None)
    nine = QuizSums()
    for _ in range(9):
        nine = nine + one
    ten = nine + one + without
    assert nine.means is None
    assert ten.means == (50.0, 80.0)
