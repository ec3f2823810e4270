"""Scores of the portal's old interface (v1, 2022 to 2025), as workbooks or their JSON twins → statistics, for history.

The period of a sheet is not in the file: it is told by the person (`periods`). The measures have the names of the new
interface (`score_total`, `score_CKMB`, ...), but the source is `portal_v1` and the periods end by 2025: another version of
the formulas, never compared with the scores of 2026.

    V1-sum      six group scores do not add up to the total (0.03)
    V1-range    a score outside 0..maximum
    V1-rank     sheets said to be of one period give the same rank twice, or leave one out
    V1-period   a sheet of which nobody said the period: its rows are skipped

Source: two dumps of 10/2025; portal-api.md chapter 4.
"""

from collectors.sources.portal_v1.dump import FIELDS, read
from collectors.sources.portal_v1.periods import identity

__all__ = ["FIELDS", "identity", "read"]
