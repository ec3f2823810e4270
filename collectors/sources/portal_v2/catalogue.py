"""One page of the catalogue → procedures; no statistics."""

from collectors.sources.portal_v2.gathered import Gathered
from collectors.sources.portal_v2.shapes import PROCEDURE_CODE
from collectors.sources.strict_json import At, clean
from collectors.statistic import ProcedureName


def read_catalogue(gathered: Gathered, payload: At, procedures: dict[str, ProcedureName]) -> tuple[int, dict[str, int]]:
    """Fill in the procedures of one page; a code that comes again is skipped, and counted."""
    items = payload.objects("items")
    for at in items:
        if (uuid := at.uuid("id")) in gathered.ids:
            at.refuse("id", "mỗi thủ tục một dòng: mã định danh này đã có ở dòng khác")
        gathered.ids.add(uuid)
        code = at.text("code")
        gathered.check(bool(PROCEDURE_CODE.fullmatch(code)), "P-code", "code", f"{at.where('code')}: {code}")
        procedures.setdefault(code, ProcedureName(code, at.text("name"), _state(at)))
    again = len(items) - len(procedures)
    return len(items), {"mã thủ tục lặp lại": again} if again else {}


def _state(at: At) -> str | None:
    """Return the state of a procedure (`ACTIVE`, `UPDATED`), None where the page does not tell it."""
    state = at.fields.get("state")
    return clean(state) or None if isinstance(state, str) else None
