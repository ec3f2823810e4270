"""Two fingerprints → what was added, and what broke.

Additive: a new key, a new metric that gives no points. Breaking: a missing key, another type, a metric or a maximum
changed, unit codes of another shape. Not drift, because seen in sound responses:

    null, or an empty list, where there was a value; integers and decimals alternating
    dataQualityStatus and -Message, averageScore of a unit: there or not
    groupScores only in the list of the provinces, childGroup only in a province's (service-results)
    CITIZEN_DATA_CONNECTED_FORMALITY missing with a maximum of 20 instead of 22 (a response filtered by procedure)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.sources.portal_client.fingerprint import Field, Fingerprint, parent_of
from collectors.sources.portal_v2 import Endpoint

_NOTHING = frozenset({"null", "empty"})
_OPTIONAL = frozenset({"dataQualityStatus", "dataQualityMessage"})
_AVERAGE = re.compile(r"data\.(overview|evaluation\[\])\.averageScore")
_SCOPE = re.compile(r"data\.evaluation\[\]\.(groupScores|childGroup)\b")
_GROUPS, _CHILD_GROUP = "data.evaluation[].groupScores", "data.evaluation[].childGroup"
_FILTERED_AWAY = "[CITIZEN_DATA_CONNECTED_FORMALITY]"


@dataclass(frozen=True, slots=True)
class Drift:
    """What has changed, each in words: path, before, now."""

    additive: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.additive or self.breaking)


NO_DRIFT = Drift()


def drift(old: Fingerprint, new: Fingerprint) -> Drift:
    """Return what `new` adds to `old`, and where it breaks it. Raises ValueError for two endpoints."""
    if old.endpoint != new.endpoint:
        raise ValueError(f"{old.endpoint} and {new.endpoint} are two endpoints")
    return Drift(
        additive=tuple(path for path in _added(old, new) if not _gives_points(new, path)),
        breaking=(
            *_missing(old, new),
            *_other_types(old, new),
            *(f"{path}: chỉ số mới có điểm" for path in _added(old, new) if _gives_points(new, path)),
            *_other_maxima(old, new),
            *(f"mã đơn vị dạng mới: {code}" for code in sorted(new.codes - old.codes) if old.codes),
        ),
    )


def merged(old: Fingerprint, new: Fingerprint) -> Fingerprint:
    """Return what is known after an accepted response: a key that is missing sometimes is no more expected always."""
    fields = dict(old.fields)
    for path, found in new.fields.items():
        before = fields.get(path, found)
        fields[path] = Field(before.types | found.types, before.always and found.always)
    for path in old.fields.keys() - new.fields.keys():
        if _has_place_for(new, path):
            fields[path] = Field(fields[path].types, always=False)
    maxima = {path: old.maxima.get(path, frozenset()) | values for path, values in new.maxima.items()}
    return Fingerprint(old.endpoint, fields, {**old.maxima, **maxima}, old.codes | new.codes)


def _has_place_for(where: Fingerprint, path: str) -> bool:
    """Whether the object or the list in which a path would stand is there, and not null or empty."""
    parent = where.fields.get(parent_of(path))
    return parent is not None and bool(parent.types & {"object", "array"})


def _alike(old: Fingerprint, new: Fingerprint, path: str) -> bool:
    """Whether a path may be there or not without being drift."""
    if path.rpartition(".")[2] in _OPTIONAL or _AVERAGE.fullmatch(path):
        return True
    if _FILTERED_AWAY in path and _filtered(old) != _filtered(new):
        return True
    scopes = {_scope(old), _scope(new)}
    return bool(_SCOPE.match(path)) and scopes == {_GROUPS, _CHILD_GROUP}


def _scope(of: Fingerprint) -> str:
    """The list of the provinces, or of the units of one."""
    return next((path for path in (_GROUPS, _CHILD_GROUP) if path in of.fields), "")


def _filtered(of: Fingerprint) -> bool:
    totals = {value for path, values in of.maxima.items() if path.endswith(".totalMaxScore") for value in values}
    return of.endpoint == Endpoint.DIGITISED and totals == {"20"} and not any(_FILTERED_AWAY in p for p in of.fields)


def _missing(old: Fingerprint, new: Fingerprint) -> Iterator[str]:
    for path, before in sorted(old.fields.items()):
        if not before.always or _alike(old, new, path) or not _has_place_for(new, path):
            continue
        now = new.fields.get(path)
        if now is None:
            yield f"{path}: không còn"
        elif not now.always:
            yield f"{path}: thiếu ở một số dòng"


def _other_types(old: Fingerprint, new: Fingerprint) -> Iterator[str]:
    for path, now in sorted(new.fields.items()):
        before = old.fields[path].types - _NOTHING if path in old.fields else frozenset()
        if before and now.types - _NOTHING - before:
            yield f"{path}: kiểu {', '.join(sorted(before))} thành {', '.join(sorted(now.types))}"


def _added(old: Fingerprint, new: Fingerprint) -> list[str]:
    """The new paths, without what stands below a new one."""
    return [
        path
        for path in sorted(new.fields.keys() - old.fields.keys())
        if _has_place_for(old, path) and not _alike(old, new, path)
    ]


def _gives_points(new: Fingerprint, path: str) -> bool:
    return new.maxima.get(f"{path}.maxScore", frozenset({"0"})) != {"0"}


def _other_maxima(old: Fingerprint, new: Fingerprint) -> Iterator[str]:
    for path, values in sorted(new.maxima.items()):
        before = old.maxima.get(path, values)
        if path.endswith(".totalMaxScore") and _filtered(old) != _filtered(new):
            continue
        if values - before:
            yield f"{path}: tối đa {', '.join(sorted(before))} thành {', '.join(sorted(values))}"
