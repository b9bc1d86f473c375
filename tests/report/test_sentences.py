"""Sentences as tables: a result in, a sentence out; and that nothing is said that the figure does not allow."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from childdb.report.change import FELL, ROSE, SAME, UNCLEAR, direction
from childdb.report.figure import Bound, text_of, unknown_cell
from childdb.report.numbers import measured, plain
from childdb.report.sentences import figure_sentences, plain_text
from tests.report.figures import count, earlier, goal, share

D = Decimal

SAID = [
    # a share that rose, below its target
    (share(930, 1000, before=earlier(share(850, 1000)), judged=(goal("not_met", more=40),)),
     ["Tỷ lệ tiêm đủ: 93% (930/1.000), tăng 8 điểm phần trăm so với 31/12/2023 (85%); chưa đạt mức từ 97% trở lên năm 2024 "
      "theo QĐ 23/QĐ-TTg (còn thiếu 40 trẻ)."]),
    # a fall that meets a ceiling
    (share(50, 1000, before=earlier(share(120, 1000)), judged=(goal("met", target="9", comparator="<"),)),
     ["Tỷ lệ tiêm đủ: 5% (50/1.000), giảm 7 điểm phần trăm so với 31/12/2023 (12%); đạt mức dưới 9% năm 2024 theo QĐ 23/QĐ-TTg."]),
    # within chance
    (share(930, 1000, before=earlier(share(920, 1000))),
     ["Tỷ lệ tiêm đủ: 93% (930/1.000), chưa thấy thay đổi rõ rệt so với 31/12/2023 (92%)."]),
    # not one count differs
    (share(93, 100, before=earlier(share(93, 100))), ["Tỷ lệ tiêm đủ: 93% (93/100), không đổi so với 31/12/2023."]),
    # the unknown records leave it open
    (share(900, 1000, unknown=300, before=earlier(share(850, 1000)),
           judged=(goal("cannot_tell", reason="unknown_records_span_the_target", settle=12),)),
     ["Tỷ lệ tiêm đủ: 90% (900/1.000); chưa kết luận được tăng hay giảm so với 31/12/2023 (85%) vì còn hồ sơ chưa rõ; chưa kết "
      "luận được là đạt hay chưa đạt mức từ 97% trở lên năm 2024 theo QĐ 23/QĐ-TTg do còn hồ sơ chưa rõ, cần xác minh ít "
      "nhất 12 hồ sơ.",
      "Còn 300 trường hợp chưa rõ có được tính hay không; biết đủ thì con số nằm từ 69,23% đến 92,31%."]),
    # how many must be verified would tell more of the few than their class does
    (share(960, 1000, unknown=3, few=5, judged=(goal("cannot_tell", reason="unknown_records_span_the_target", settle=2),)),
     ["Tỷ lệ tiêm đủ: 96% (960/1.000); chưa kết luận được là đạt hay chưa đạt mức từ 97% trở lên năm 2024 theo QĐ 23/QĐ-TTg do "
      "còn hồ sơ chưa rõ.",
      "Còn dưới 5 trường hợp chưa rõ có được tính hay không; biết đủ thì con số nằm từ 95,71% đến 96,01%."]),
    # small numbers; a target not yet due; a recalled one
    (share(19, 20, judged=(goal("cannot_tell", reason="small_numbers", basis="not_yet_due", year=2025),)),
     ["Tỷ lệ tiêm đủ: 95% (19/20); chưa kết luận được là đạt hay chưa đạt mức từ 97% trở lên đến năm 2025 (chưa đến hạn) theo "
      "QĐ 23/QĐ-TTg do số trường hợp ít."]),
    (share(190, 200, judged=(goal("cannot_tell", reason="recalled_target", confidence="recalled"),)),
     ["Tỷ lệ tiêm đủ: 95% (190/200); chưa kết luận được là đạt hay chưa đạt mức từ 97% trở lên năm 2024 theo QĐ 23/QĐ-TTg do mức "
      "này chưa được đối chiếu với văn bản."]),
    # more unknown than known; nothing below the line; too few
    (share(8, 953, unknown=11873), ["Tỷ lệ tiêm đủ: mới rõ 953 trường hợp, còn 11.873 trường hợp chưa rõ nên chưa nêu được con số."]),
    (share(0, 1, before=None) and replace(share(0, 1), value=None, denominator=D(0)), ["Tỷ lệ tiêm đủ: chưa có số liệu để tính."]),
    (replace(share(3, 400), hidden=True), ["Tỷ lệ tiêm đủ: không nêu con số, để không lộ thông tin của trẻ em."]),
    # counts
    (count(1234, before=earlier(count(1200))), ["Số trẻ mồ côi: 1.234, tăng 34 so với 31/12/2023 (1.200)."]),
    # who stands out
    (share(900, 1000, apart=((replace(share(60, 100), unit="03310", unit_name="Xã Ẳng Cang"), "below"),
                             (replace(share(100, 100), unit="03312", unit_name="Xã Nặm Lịch"), "above"))),
     ["Tỷ lệ tiêm đủ: 90% (900/1.000).",
      "Cao hơn hẳn mức chung: Xã Nặm Lịch (100%); thấp hơn hẳn mức chung: Xã Ẳng Cang (60%)."]),
    # why: the largest first, those below five together and without their number
    (share(930, 1000, before=earlier(share(850, 1000)),
           parts={"died": (D(-2), D(-2), D(0)), "new": (D(90), D(100), D(0)), "aged_out": (D(-8), D(-9), D(0))}),
     ["Tỷ lệ tiêm đủ: 93% (930/1.000), tăng 8 điểm phần trăm so với 31/12/2023 (85%).",
      "Số trường hợp được tính thay đổi do: trẻ mới lập hồ sơ +90, quá tuổi −8, nguyên nhân khác."]),
]  # fmt: skip


@pytest.mark.parametrize(("figure", "said"), SAID, ids=range(len(SAID)))
def test_a_result_gives_its_sentence(figure, said):
    assert [plain_text(s) for s in figure_sentences(figure, "vi")] == said


def test_a_cell_of_the_unknown_has_in_brackets_those_who_may_not_belong():
    assert plain_text(unknown_cell(share(93, 100, unknown=8), "vi")) == "8"
    assert plain_text(unknown_cell(share(93, 100, doubtful=29), "vi")) == "0 (29)"
    assert plain_text(unknown_cell(share(93, 100, doubtful=2, few=5), "vi")) == "0 (dưới 5)"
    assert plain_text(unknown_cell(replace(share(3, 100, doubtful=29), hidden=True), "vi")) == "…"


@pytest.mark.parametrize(("figure", "said"), SAID, ids=range(len(SAID)))
def test_every_number_of_a_sentence_can_be_made_again_from_its_reference(figure, said):
    known = {figure.unit: figure, **{f.unit: f for f, _ in figure.apart}}
    for lang in ("vi", "en"):
        for piece in (p for s in figure_sentences(figure, lang) for p in s):
            if isinstance(piece, Bound):
                of = known[piece.ref.unit]
                of = of.before if piece.ref.run == 1 and of.before else of
                assert text_of(of, piece.ref.field, lang) == piece.text
                assert len(piece.ref.tag) <= 64


def test_the_programmes_own_document_is_judged_by_first():
    figure = share(
        930,
        1000,
        judged=(goal("not_met", number=0), goal("met", document="QĐ 782/QĐ-TTg 27/5/2021", target="90", number=1)),
    )
    assert "chưa đạt" in plain_text(figure_sentences(figure, "vi")[0])
    own = plain_text(figure_sentences(figure, "vi", documents=("QĐ 782/QĐ-TTg",))[0])
    assert "; đạt mức từ 90%" in own


@given(
    st.integers(1, 400).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d), st.integers(0, 60))),
    st.integers(1, 400).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d), st.integers(0, 60))),
)
def test_a_direction_is_said_only_if_no_unknown_record_could_turn_it(now, then):
    """Every way in which the unknown records could turn out agrees with what is said."""
    (n, d, u), (n0, d0, u0) = now, then
    figure = share(n, d, unknown=u, before=earlier(share(n0, d0, unknown=u0)))
    said = direction(figure)
    low, high = n / (d + u), (n + u) / (d + u)
    low0, high0 = n0 / (d0 + u0), (n0 + u0) / (d0 + u0)
    if said == ROSE:
        assert low >= high0
        assert n / d > n0 / d0
    elif said == FELL:
        assert high <= low0
    elif said == SAME:
        assert (n, d, u, u0) == (n0, d0, 0, 0)
    elif said == UNCLEAR and not u and not u0:
        assert (n, d) != (n0, d0)


@pytest.mark.parametrize(
    ("number", "text"),
    [(17010, "17.010"), (D("96.49"), "96,49"), (D("8.00"), "8"), (D("-0.5"), "-0,5"), (0, "0"), (D("100.10"), "100,1")],
)
def test_numbers_are_written_the_vietnamese_way(number, text):
    assert plain(number, "vi") == text


def test_units_and_days_are_written_as_the_decree_has_them():
    assert measured(D("19.43"), "per_1000_live_births", "vi") == "19,43‰"


@pytest.mark.parametrize(
    ("then", "hidden", "said"),
    [
        (share(850, 1000), False, "tăng 10 điểm phần trăm so với 31/12/2023 (80%, khi đó biết là 85%)."),
        (share(800, 1000), False, "tăng 10 điểm phần trăm so với 31/12/2023 (80%)."),  # nothing was known otherwise
        (
            share(802, 1000),
            True,
            "tăng 10 điểm phần trăm so với 31/12/2023 (80%).",
        ),  # so near that it tells of two children
        (None, False, "tăng 10 điểm phần trăm so với 31/12/2023 (80%)."),
    ],
)
def test_the_figure_before_is_told_as_known_then_where_that_was_another(then, hidden, said):
    known_then = replace(earlier(then), run=3, hidden=hidden) if then else None
    figure = share(900, 1000, before=earlier(share(800, 1000)), then=known_then)
    assert said in plain_text(figure_sentences(figure, "vi")[0])
