"""Items of the commune's own return: the code, its wording, its unit, and how its figure is drawn.

A figure is a share of a base (`children`, `children_7`, ..., counted in the population), a plain range, or a yes (1).
Shares lie near the national targets of 2025, some above and some below.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """`base` is another item, a count of the population or "" for a range from `low` to `high`."""

    code: str
    says: str
    unit: str
    base: str
    low: float
    high: float


ITEMS = (
    Item("child_friendly", "Xã đạt tiêu chuẩn phù hợp với trẻ em (1 đạt, 0 chưa)", "xã", "yes", 0.66, 0),
    Item("play_points", "Điểm vui chơi, giải trí cho trẻ em của xã", "điểm", "", 0, 3),
    Item("villages", "Số thôn, bản", "bản", "exact villages", 1, 1),
    Item(
        "villages_with_facilities",
        "Thôn, bản có cơ sở văn hóa, thể thao cho trẻ em",
        "bản",
        "villages",
        0.3,
        0.8,
    ),
    Item("schools", "Số cơ sở giáo dục", "trường", "", 3, 5),
    Item("schools_with_sanitation", "Trường có công trình vệ sinh đạt chuẩn", "trường", "schools", 0.8, 1),
    Item("schools_with_psychological_support", "Trường có dịch vụ hỗ trợ tâm lý", "trường", "schools", 0.4, 1),
    Item(
        "schools_disability_ready",
        "Trường có hạ tầng phù hợp học sinh khuyết tật",
        "trường",
        "schools",
        0.2,
        0.7,
    ),
    Item("schools_standard_meals", "Trường có bữa ăn theo khuyến nghị", "trường", "schools", 0.4, 0.9),
    Item("schools_safe", "Trường học an toàn", "trường", "schools", 0.5, 1),
    Item("children_consulted", "Trẻ em từ 7 tuổi được hỏi ý kiến", "trẻ", "children_7", 0.2, 0.45),
    Item(
        "children_rights_aware",
        "Trẻ em được nâng cao nhận thức về quyền tham gia",
        "trẻ",
        "children_7",
        0.7,
        0.95,
    ),
    Item(
        "children_in_participation_models",
        "Trẻ em từ 11 tuổi tham gia mô hình, câu lạc bộ",
        "trẻ",
        "children_11",
        0.2,
        0.4,
    ),
    Item("children_online_safety", "Trẻ em được tiếp cận kiến thức an toàn mạng", "trẻ", "children_7", 0.3, 0.7),
    Item("children_swim_safely", "Trẻ em 6 đến dưới 16 tuổi biết bơi an toàn", "trẻ", "children_6", 0.25, 0.5),
    Item(
        "children_water_safety",
        "Trẻ em 6 đến dưới 16 tuổi biết kỹ năng an toàn nước",
        "trẻ",
        "children_6",
        0.4,
        0.7,
    ),
    Item(
        "children_road_rules",
        "Trẻ em 6 đến dưới 16 tuổi biết quy tắc giao thông",
        "trẻ",
        "children_6",
        0.8,
        0.97,
    ),
    Item(
        "children_ecd_services",
        "Trẻ em đến 8 tuổi được tiếp cận dịch vụ phát triển",
        "trẻ",
        "children_to_8",
        0.8,
        0.95,
    ),
    Item(
        "children_development_on_track",
        "Trẻ em dưới 5 tuổi phát triển phù hợp",
        "trẻ",
        "children_under_5",
        0.9,
        0.99,
    ),
    Item("children_disaster_hit", "Trẻ em bị ảnh hưởng bởi thiên tai", "trẻ", "", 4, 60),
    Item(
        "children_disaster_relieved",
        "Trẻ em bị thiên tai được cứu trợ",
        "trẻ",
        "children_disaster_hit",
        0.85,
        1,
    ),
    Item("staff", "Cán bộ làm công tác trẻ em", "người", "", 8, 25),
    Item("staff_child_labour_informed", "Cán bộ được tập huấn về lao động trẻ em", "người", "staff", 0.6, 1),
    Item("parents", "Cha mẹ, người chăm sóc có trẻ từ 5 đến 17 tuổi", "người", "exact parents", 1, 1),
    Item(
        "parents_child_labour_informed",
        "Cha mẹ được thông tin về lao động trẻ em",
        "người",
        "parents",
        0.5,
        0.9,
    ),
    Item(
        "children_child_labour_informed",
        "Trẻ em được thông tin về lao động trẻ em",
        "trẻ",
        "children_7",
        0.5,
        0.9,
    ),
    Item("employers", "Cơ sở sản xuất, kinh doanh trên địa bàn", "cơ sở", "", 5, 30),
    Item(
        "employers_child_labour_informed",
        "Cơ sở được thông tin về lao động trẻ em",
        "cơ sở",
        "employers",
        0.3,
        0.8,
    ),
    Item(
        "carers_newborn_asked",
        "Người chăm sóc được hỏi về dấu hiệu nguy hiểm sơ sinh",
        "người",
        "births",
        0.4,
        0.7,
    ),
    Item(
        "carers_newborn_signs_known",
        "Trong đó nhận biết được dấu hiệu nguy hiểm",
        "người",
        "carers_newborn_asked",
        0.5,
        0.9,
    ),
    Item("literacy_level", "Mức độ đạt chuẩn xóa mù chữ của xã (0, 1, 2)", "mức", "", 1, 2),
)
