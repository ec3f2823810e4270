"""The sources an installation configures itself: what they hold is fetched and left as files for the collection.

condition                                 behaviour
settings that cannot be used              this source is refused, the others go on
another run asks the same source          likewise
no token in the environment               likewise, and nothing is asked
the server has said no                    likewise, until its circuit closes
unchanged since the last time             an observation: the state is known to hold now too
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from collectors import archive
from collectors.export import ExportReport, Finding, Outcome
from collectors.home import VIETNAM, ConfigError, Home
from collectors.layout import layouts
from collectors.sources import stored_response
from collectors.sources.portal_client import Verdict
from collectors.sources.remote import igate
from collectors.sources.remote.ckan import newest_resources
from collectors.sources.remote.file_by_url import FileAnswer, address_of, fetch_file, period_of_url
from collectors.sources.remote.igate import IgateReply
from collectors.sources.remote.memory import KnownFile, Memory, files_json, known_files, mark_of, memory_of
from collectors.sources.remote.settings import (
    CkanSource,
    ConfiguredSource,
    IgateSource,
    UrlSource,
    name_of,
    source_settings,
)
from collectors.warehouse import LockedError
from collectors.web.again import NoAnswer
from collectors.web.circuit import CLOSED, opened
from collectors.web.pace import Pace, Stop
from collectors.web.transport import open_session
from collectors.web.visit import Blocked, Visitor, Wrong
from metrics.journal import Journal
from tthc.received import evidence_of

INBOX, PORTAL = "inbox", stored_response.SOURCE


class MissingToken(ConfigError):
    """The environment does not hold the token that a source needs."""


@dataclass(slots=True)
class Brought:
    """What a source brought: files to collect, files that have not changed, and a report of each thing that failed.

    problem: why the source as a whole was not read; empty where it was.
    """

    name: str
    files: list[Path] = field(default_factory=list)
    answers: dict[Path, FileAnswer] = field(default_factory=dict)
    unchanged: list[FileAnswer] = field(default_factory=list)
    refused: list[ExportReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problem: str = ""


def configured(home: Home) -> list[tuple[str, ConfiguredSource | ConfigError]]:
    """Return each `[[source]]` of the settings with its name: usable, or the error that says why it is not."""
    taken = {INBOX, PORTAL, stored_response.SYNTHETIC_SOURCE, "demo", *(layout.source for layout in layouts())}
    found: list[tuple[str, ConfiguredSource | ConfigError]] = []
    for number, values in enumerate(home.config.sources, start=1):
        try:
            source = source_settings(values, taken=taken)
        except ConfigError as error:
            found.append((name_of(values, number), error))
            continue
        taken.add(source.name)
        found.append((source.name, source))
    return found


def names(home: Home) -> list[str]:
    """Return what can be asked for alone: the inbox, the portal, the configured sources."""
    return list(dict.fromkeys([INBOX, PORTAL, *(name for name, _ in configured(home))]))


def bring_all(
    home: Home,
    folder: Path,
    *,
    only: str | None,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    environ: Mapping[str, str],
) -> list[Brought]:
    """Ask each configured source (or only one) for what it has; one that cannot be used stops no other."""
    brought = []
    for name, source in configured(home):
        if only not in (None, name):
            continue
        if isinstance(source, ConfigError):
            brought.append(Brought(name, problem=str(source)))
        else:
            brought.append(bring(home, source, folder / name, clock=clock, sleep=sleep, environ=environ))
    return brought


def bring(
    home: Home,
    source: ConfiguredSource,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    environ: Mapping[str, str],
) -> Brought:
    """Ask one source for what it has, and leave it in `folder`; whatever goes wrong is this source's alone."""
    brought = Brought(source.name)
    try:
        token = _token(source, environ)
        with _alone(home, source.name):
            _ask(home, source, _Run(home, brought, folder, clock, sleep, token))
    except (ConfigError, LockedError) as error:
        brought.problem = str(error)
    return brought


def report_name(name: str) -> str:
    """Return under which name a run reports on a source as a whole, beside the files it brought."""
    return f"nguồn {name}"


def memory(journal: Journal, name: str) -> Memory:
    """Return what the last run of a source left."""
    return memory_of(journal.recall(f"source.{name}"))


def problems(
    source: ConfiguredSource | ConfigError, known: Memory, now: datetime, environ: Mapping[str, str]
) -> Iterator[str]:
    """Yield what keeps a source from being asked now, in words."""
    if isinstance(source, ConfigError):
        yield str(source)
        return
    token = ""
    try:
        token = _token(source, environ)
    except MissingToken as error:
        yield str(error)
    if not known.lets_through(now, token):
        yield known.circuit.words(_who(source))


def conclude(home: Home, brought: Brought, reports: Mapping[Path, ExportReport], now: datetime) -> ExportReport:
    """Return the report of a source, once its files were collected; what was taken need not be sent again unchanged.

    Flawed where anything of it was not read: then its last success is not now.
    """
    taken = {a.address: a.known for path, a in brought.answers.items() if _was_taken(reports[path])}
    if brought.answers or brought.unchanged:
        still = {answer.address: answer.known for answer in brought.unchanged}
        Journal(home.journal).remember(_files_key(brought.name), files_json({**still, **taken}))
    lost = [path.name for path in brought.files if not _was_taken(reports[path])]
    problem = brought.problem or (f"không nhận được: {', '.join(lost)}; xem lý do ở từng tệp" if lost else "")
    failed = bool(problem or brought.refused)
    return ExportReport(
        file_name=report_name(brought.name),
        outcome=Outcome.REFUSED if failed else Outcome.ACCEPTED,
        source=brought.name,
        captured_at=now,
        findings=tuple(brought.findings),
        message_vi=f"Nguồn {brought.name}: {problem or 'có yêu cầu không thành, xem từng dòng'}" if failed else "",
    )


def _was_taken(report: ExportReport) -> bool:
    return report.outcome is not Outcome.REFUSED


def _files_key(name: str) -> str:
    return f"source.{name}.files"


@contextmanager
def _alone(home: Home, name: str) -> Iterator[None]:
    try:
        with FileLock(str(home.path / f"source-{name}.lock"), timeout=0):
            yield
    except Timeout as error:
        raise LockedError("một lần khác đang lấy nguồn này; đợi nó xong rồi chạy lại.") from error


def _token(source: ConfiguredSource, environ: Mapping[str, str]) -> str:
    if not isinstance(source, IgateSource) or not source.token_env:
        return ""
    token = environ.get(source.token_env, "").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise MissingToken(
            f"biến môi trường {source.token_env} chưa có mã truy cập. Đặt biến đó cho tài khoản chạy tthc rồi chạy lại;"
            " không ghi mã vào tthc.toml."
        )
    return token


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one source: where things go, and the world it runs in."""

    home: Home
    brought: Brought
    folder: Path
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    token: str


def _ask(home: Home, source: ConfiguredSource, run: _Run) -> None:
    """Ask, and remember what the next run must know, whatever ends this one."""
    journal, now = Journal(home.journal), run.clock()
    before, today = memory(journal, source.name), now.astimezone(VIETNAM).date()
    who = _who(source)
    if not before.lets_through(now, run.token):
        run.brought.problem = before.circuit.words(who)
        return
    with open_session(source, {}) as session:
        pace = Pace(source, run.clock, run.sleep, random.uniform, spent=before.spent_on(today))
        visitor = Visitor(source, session, pace, run.clock, who)
        after, early = _gathered(source, visitor, before, run)
    if isinstance(early, Blocked):
        after = _blocked(after, early, run.token)
        run.brought.problem = after.circuit.words(who)
    elif early is not None:
        run.brought.problem = str(early)
    elif pace.sent:
        after = replace(after, circuit=CLOSED, token_mark="")
    journal.remember(f"source.{source.name}", after.with_spent(today, pace.sent).to_json())


def _who(source: ConfiguredSource) -> str:
    """What its server is called in messages."""
    return f"máy chủ {urlsplit(source.url if isinstance(source, UrlSource) else source.base_url).hostname}"


def _blocked(after: Memory, early: Blocked, token: str) -> Memory:
    received = early.received
    circuit = opened(
        after.circuit, now=received.at, reason=early.reason, body=received.body, retry_after=received.retry_after
    )
    return replace(after, circuit=circuit, token_mark=mark_of(token))


def _gathered(
    source: ConfiguredSource, visitor: Visitor, before: Memory, run: _Run
) -> tuple[Memory, Blocked | Stop | NoAnswer | Wrong | None]:
    if isinstance(source, IgateSource):
        calls = igate.plan(source, today=run.clock().astimezone(VIETNAM).date(), memory=before)
        ended = igate.fetch(
            source, visitor, calls, token=run.token, memory=before, on_reply=lambda reply: _hand_over(reply, run)
        )
        return ended.memory, ended.early
    try:
        _gather_files(source, visitor, run)
    except (Blocked, Stop, NoAnswer, Wrong) as early:
        return before, early
    return before, None


def _gather_files(source: UrlSource | CkanSource, visitor: Visitor, run: _Run) -> None:
    known = known_files(Journal(run.home.journal).recall(_files_key(source.name)))
    if isinstance(source, UrlSource):
        period = period_of_url(source, run.clock().astimezone(VIETNAM).date())
        addresses, hosts = [address_of(source, period)], source.allow_hosts
    else:
        period = None
        addresses = [one.address for one in newest_resources(visitor, source)]
        hosts = (str(urlsplit(source.base_url).hostname), *source.allow_hosts)
    for number, address in enumerate(addresses):
        folder = run.folder / str(number)
        folder.mkdir(parents=True)
        answer = fetch_file(
            visitor,
            source,
            address,
            hosts=hosts,
            known=_still_there(run.home, known.get(address)),
            folder=folder,
            period=period,
        )
        if answer.path is None:
            run.brought.unchanged.append(answer)
        else:
            run.brought.files.append(answer.path)
            run.brought.answers[answer.path] = answer


def _still_there(home: Home, known: KnownFile | None) -> KnownFile | None:
    """A known file, if the archive still has it: otherwise all of it is wanted, changed or not."""
    return known if known is not None and archive.find(home.archive, known.sha256) else None


def _hand_over(reply: IgateReply, run: _Run) -> None:
    """Leave an accepted answer as a file; keep any other that may be kept, and say why it was not taken."""
    name = f"{run.brought.name}-{reply.call.key.replace('/', '-')}.json"
    run.brought.findings += [Finding("P-drift", reply.call.endpoint.name, 0, text) for text in reply.warnings]
    if reply.verdict is Verdict.ACCEPTED:
        run.folder.mkdir(parents=True, exist_ok=True)
        path = run.folder / name
        path.write_bytes(reply.response)
        path.with_suffix(".request.json").write_bytes(reply.request)
        run.brought.files.append(path)
        return
    if reply.request:
        evidence = evidence_of(run.home, reply.response, reply.request)
        evidence.keep(reply.response, reply.request, call=reply.call.key)
        evidence.judged(reply.verdict, reply.reason)
    run.brought.refused.append(
        ExportReport(
            file_name=name,
            outcome=Outcome.REFUSED,
            source=run.brought.name,
            layout=reply.call.endpoint.name,
            captured_at=run.clock(),
            message_vi=f"{name}: {reply.verdict}; {reply.reason}",
        )
    )
