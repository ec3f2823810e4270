"""An account (and its groups) in, what it may see and do out: a role and a scope, from the list of readers."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass

from collectors.access_setting import AccessGroup, AccessUser, Role, Unknown, identity
from collectors.home import ConfigError, Home, readers
from metrics.scope import EVERYTHING, NOTHING, Scope
from metrics.units import UnitTree


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. name: the account, "" where nobody logs in."""

    role: Role
    scope: Scope
    name: str = ""

    @property
    def may_operate(self) -> bool:
        """Whether this reader may do more than read."""
        return self.role is Role.OPERATOR

    @property
    def may_collect(self) -> bool:
        """Whether this reader may hand in exports: an export can hold dossiers of any unit."""
        return self.may_operate and self.scope.everything

    @property
    def is_known(self) -> bool:
        """Whether it is told who reads: by a login, or by sitting at the machine."""
        return bool(self.name) or self.may_operate

    def may_act_on(self, tree: UnitTree, unit: str | None) -> bool:
        """Whether this reader may acknowledge an alert of a unit; of no unit (the data): who sees everything."""
        return self.may_operate and self.scope.covers(tree, unit)


AT_THE_MACHINE = Reader(Role.OPERATOR, EVERYTHING)
ANYBODY = Reader(
    Role.VIEWER, NOTHING
)  # no login, and other machines can reach the screen: rates, no dossiers, no names


def listed(home: Home) -> tuple[tuple[AccessUser, ...], tuple[AccessGroup, ...]]:
    """Return the readers of an installation: those of the settings, then those of the file. Raises ConfigError."""
    users, groups = home.config.access_users, home.config.access_groups
    file = home.extra_users
    if file is None:
        return users, groups
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: không đọc được danh sách người dùng ([access] users_file): {error}.") from error
    unknown = set(document) - {"user", "group"}
    if unknown:
        raise ConfigError(f"{file}: không hiểu mục {', '.join(sorted(unknown))}; cần các khối [[user]] và [[group]].")
    more = readers(file, document)
    twice = {identity(one.who) for one in users} & {identity(one.who) for one in more[0]}
    if twice:
        raise ConfigError(f"{file}: “{min(twice)}” đã có trong {home.settings_file}; giữ lại một mục.")
    return (*users, *more[0]), (*groups, *more[1])


def reader_of(home: Home, who: str, groups: Collection[str] = ()) -> Reader | None:
    """Return what an account may see and do; None: it is refused.

    An entry of its own comes before its groups, and of these the first in the list. Raises ConfigError.
    """
    key = identity(who)
    if not key:
        return None
    users, known = listed(home)
    for user in users:
        if identity(user.who) == key:
            return Reader(Role(user.role), Scope(tuple(user.units)), who.strip())
    for group in known:
        if group.name in groups:
            return Reader(Role(group.role), Scope(tuple(group.units)), who.strip())
    if home.config.access.unknown == Unknown.VIEWER:
        return Reader(Role.VIEWER, NOTHING, who.strip())
    return None
