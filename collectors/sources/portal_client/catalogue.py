"""The pages of one list → whether they are all of it: every page as asked, no row twice, as many rows as said."""

from dataclasses import dataclass, field
from decimal import Decimal

from collectors.sources.portal_client.judge import Judgement
from collectors.sources.portal_v2 import PortalError


@dataclass(slots=True)
class Pages:
    """The pages accepted so far. What the first one says of the total holds for all: a list that changes while
    it is turned over is asked for again another day."""

    max_pages: int
    ids: set[str] = field(default_factory=set)
    total: Decimal = Decimal(0)
    last: Decimal = Decimal(0)

    def take(self, page: int, judgement: Judgement) -> str:
        """Add one page; return what is wrong with it, empty when nothing is."""
        if judgement.envelope is None or judgement.export is None:
            return judgement.reason
        try:
            data = judgement.envelope.object("data")
            pagination, items = data.object("pagination"), data.objects("items")
            said = [pagination.count(key) for key in ("currentPage", "total", "totalPages")]
            ids = {item.uuid("id") for item in items}
        except PortalError as error:
            return error.message_vi
        return self._add(page, said, ids)

    def _add(self, page: int, said: list[Decimal], ids: set[str]) -> str:
        current, total, last = said
        if page == 1:
            self.total, self.last = total, last
        if current != page:
            return f"hỏi trang {page}, Cổng trả trang {current}"
        if (total, last) != (self.total, self.last):
            return "danh mục thay đổi trong lúc tải"
        if last > self.max_pages:
            return f"danh mục có {last} trang, nhiều hơn {self.max_pages}: xem page_size và max_pages"
        if ids & self.ids:
            return f"trang {page} lặp lại {len(ids & self.ids)} thủ tục của trang trước"
        self.ids |= ids
        if page >= last and len(self.ids) != total:
            return f"danh mục có {len(self.ids)} thủ tục, Cổng nói {total}"
        return ""

    def goes_on(self, page: int) -> bool:
        """Whether the portal has said that there is a page after this one."""
        return page < self.last
