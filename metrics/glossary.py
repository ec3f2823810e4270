"""The names of everything in, one page out: docs/thuat-ngu.md, Vietnamese and English side by side."""

from collections.abc import Iterable, Iterator, Mapping

from metrics import names
from metrics.definitions import EVERY
from metrics.measures import MEASURES
from metrics.names import Name
from metrics.on_time import ON_TIME_EN, ON_TIME_VI, OnTime

_HEAD = """\
# Thuật ngữ

Tên tiếng Việt và tiếng Anh của mọi tỷ lệ, số đếm, trạng thái, quy tắc trong sản phẩm. Trang này do `tthc metrics glossary`
viết từ mã nguồn; một kiểm thử giữ cho hai bên luôn khớp. Ý nghĩa, câu lệnh đếm, văn bản và điểm cần lưu ý của từng tỷ lệ:
`tthc metrics explain TÊN`.

*The names of every metric, measure, status and rule, written by `tthc metrics glossary` from the code.*
"""

_SECTIONS: tuple[tuple[str, Mapping[str, Name]], ...] = (
    ("Kết quả so với chỉ tiêu · Statuses", names.STATUS),
    ("Loại chỉ tiêu · Kinds of targets", names.TARGET_KIND),
    ("Phép so · Comparisons", names.OP),
    ("Loại số liệu · Quantities", names.QUANTITY),
    ("Lấy từ đâu · What a figure is taken from", names.FEED),
    ("Phạm vi, cấp · Scopes", names.LEVEL),
    ("Quy tắc cảnh báo · Alert rules", names.RULE),
    ("Mức cảnh báo · Severities", names.SEVERITY),
    ("Loại nguồn · Kinds of sources", names.SOURCE_KIND),
    ("Chiều · Directions", names.DIRECTION),
    ("Trạng thái hồ sơ (danh mục quốc gia) · Dossier states", names.DOSSIER_STATUS),
    ("Kênh tiếp nhận · Channels", names.CHANNEL),
    ("Mức độ dịch vụ công · Service levels", names.SERVICE_LEVEL),
)


def glossary() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *_tables()])


def _tables() -> Iterator[str]:
    ordered = sorted(names.WORDS, key=lambda name: name.en.lower())
    yield _table("Từ dùng chung · Words of the domain", [("", name) for name in ordered])
    yield _table("Tỷ lệ · Metrics", [(one.key, Name(one.label_vi, one.label_en)) for one in EVERY])
    rules = [(rule.value, Name(ON_TIME_VI[rule], ON_TIME_EN[rule])) for rule in OnTime]
    yield _table("Quy tắc tính đúng hạn · On-time rules", rules)
    for title, named in _SECTIONS:
        yield _table(title, named.items())
    yield _table("Số đếm · Measures", [(one.name, Name(one.label_vi, one.label_en)) for one in MEASURES])


def _table(title: str, rows: Iterable[tuple[str, Name]]) -> str:
    listed = list(rows)
    coded = any(key for key, _ in listed)
    head = ["| Mã | Tiếng Việt | English |", "|---|---|---|"] if coded else ["| Tiếng Việt | English |", "|---|---|"]
    lines = [f"| `{key}` | {name.vi} | {name.en} |" if coded else f"| {name.vi} | {name.en} |" for key, name in listed]
    return "\n".join([f"## {title}", "", *head, *lines, ""])
