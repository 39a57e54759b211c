"""Numbers of a period, from rows of the store to terminal, JSON and page."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from gateway.cli.frame import Session
from gateway.cli.main import run
from gateway.report.elapsed import Elapsed
from gateway.report.numbers import Lengths, Report
from gateway.report.page import page
from gateway.report.period import Period, last_month
from gateway.report.words import WORDS
from rules.calendar import BusinessCalendar
from rules.effects import Note
from rules.model import Desk, Survey, Ticket, TimeEntry
from store import evidence, journal, messages, tickets
from store.database import Database
from store.journal import Entry
from store.messages import Message
from store.migrate import migrate
from tests.gateway.cli.conftest import outgoing
from tests.rules.processes import shipped

HOME = Path(__file__).parents[2] / "scenarios" / "servicedesk"
DESK = "support@solar.example"
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 12, 10, 15, 0, tzinfo=UTC)


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    """By the clock of New York."""
    return datetime(2026, month, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


def ticket(number: int, opened: datetime, closed: datetime | None = None) -> Ticket:
    return Ticket(
        number=number,
        desk=DESK,
        process="servicedesk",
        process_version="1",
        subject=f"Ticket {number}",
        status="resolved" if closed else "waiting_for_support",
        requester="cara@brightroof.example",
        organisation="Brightroof",
        type="technical",
        opened_at=opened,
        closed_at=closed,
    )


def fill(database: Database) -> None:
    """November: two opened and closed, one of October closed, one still open; two of December."""
    asked = Survey(at(4), 5, "Fast & <friendly>")
    worked = (
        TimeEntry(90, "sam@solar.example", date(2026, 11, 3), True, "export"),
        TimeEntry(20, "sam@solar.example", date(2026, 11, 3), True, "export"),
        TimeEntry(60, "pia@solar.example", date(2026, 11, 4), False, "meeting"),
        TimeEntry(60, "sam@solar.example", date(2026, 12, 1), True, "later"),
    )
    rows = [
        replace(ticket(1, at(2), at(4)), survey=asked, time=worked),
        replace(ticket(2, at(5), at(6)), survey=Survey(at(6))),
        ticket(3, at(20, month=10), at(2)),
        ticket(4, at(30)),
        ticket(5, at(1, month=12), at(2, month=12)),
        replace(ticket(6, at(1, month=12)), organisation=None, type=None),
    ]
    with database.transaction() as tx:
        for row in rows:
            number = tickets.new_number(tx)
            tickets.save(tx, None, replace(row, number=number, version=0))
        raw = evidence.put(tx, b"Subject: x\r\n\r\nHello")
        for number, moment in ((1, at(2, 12)), (2, at(6, 9))):
            messages.add(tx, answer(number, raw, moment))
        due = Note("timer_due", "first_response")
        other = Note("timer_due", "no_answer")
        for number, moment, note in ((2, at(5, 12), due), (2, at(6, 9), other)):
            journal.append(tx, number, [Entry(moment, "timer", "timer_due", note)])


def answer(number: int, raw: str, moment: datetime) -> Message:
    mail = replace(outgoing(number, raw), by_staff=True, kind="human", at=moment)
    return replace(mail, message_id=f"<answer-{number}@solar.example>")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("gateway.toml", "people.yaml"):
        shutil.copy(HOME / name, home / name)
    toml = (home / "gateway.toml").read_text()
    (home / "gateway.toml").write_text(toml.replace("Europe/Brussels", NEW_YORK.key))
    database = Database(f"sqlite:///{home}/gateway.db")
    migrate(database)
    fill(database)
    database.dispose()
    return home


def report(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["report", *words], Session(home, clock=lambda: NOW))
    return (code, *capsys.readouterr())


def test_last_month_in_numbers(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is counted, and what belongs to other months; times are business time."""
    code, out, _ = report(home, capsys, "--json", "--desk", DESK)
    assert code == 0
    told = json.loads(out)
    assert (told["from"], told["to"], told["desks"]) == ("2026-11-01", "2026-11-30", [DESK])
    load = told["load"]
    assert (load["opened"], load["closed"], load["open_at_end"]) == (3, 3, 1)
    assert load["by_organisation"] == [
        {"name": "Brightroof", "opened": 3, "closed": 3, "open_at_end": 1}
    ]
    assert sum(day["opened"] for day in load["by_day"]) == 3
    assert len(load["by_day"]) == 30
    # 10 to 12 o'clock; 10 to 17 and 9 to 9 o'clock.
    assert told["first_response"] == {"count": 2, "median_minutes": 120, "p90_minutes": 420}
    # Ticket 1: 7 + 8 + 1 hours; ticket 2: 7 + 1.
    assert told["resolution"]["median_minutes"] == 16 * 60
    assert told["resolution"]["count"] == 3
    satisfaction = told["satisfaction"]
    assert (satisfaction["asked"], satisfaction["answered"]) == (2, 1)
    assert (satisfaction["response_percent"], satisfaction["average"]) == (50, "5.00")
    assert satisfaction["comments"] == [{"ticket": 1, "score": 5, "text": "Fast & <friendly>"}]
    time = told["time"]
    assert (time["billable_minutes"], time["internal_minutes"]) == (110, 60)
    assert time["by_person"][0] == {
        "name": "sam@solar.example",
        "billable_minutes": 110,
        "internal_minutes": 0,
    }
    assert [amount["currency"] for amount in time["amounts"]] == ["USD"]
    assert told["breaches"] == {
        "count": 1,
        "by_timer": [{"desk": DESK, "timer": "first_response", "count": 1}],
        "tickets": [2],
    }


def test_a_period_of_ones_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From and to are both in it; what has no organisation or type is null."""
    words = ("--json", "--from", "2026-12-01", "--to", "2026-12-01")
    load = json.loads(report(home, capsys, *words)[1])["load"]
    assert (load["opened"], load["closed"], load["open_at_end"]) == (2, 0, 3)
    assert {"name": None, "opened": 1, "closed": 0, "open_at_end": 1} in load["by_type"]
    code, _, error = report(home, capsys, "--from", "2026-12-02", "--to", "2026-12-01")
    assert code == 2
    assert "after" in error


def test_for_people(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every part has its line, with bars."""
    code, out, _ = report(home, capsys)
    assert code == 0
    for words in (
        "load: 3 opened, 3 closed, 1 open at the end",
        "how long it took, in business time",
        "median",
        "satisfaction: 2 asked, 1 answered, 50 %",
        "time worked: 1:50 billable",
        "deadlines: 1 not kept",
        "█",
    ):
        assert words in out


def test_an_empty_period_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the terminal, in JSON and on the page; no division by nothing."""
    words = ("--from", "2020-01-01", "--to", "2020-01-31")
    code, out, _ = report(home, capsys, *words)
    assert (code, "nothing happened in this period" in out) == (0, True)
    told = json.loads(report(home, capsys, *words, "--json")[1])
    assert told["first_response"] == {"count": 0, "median_minutes": None, "p90_minutes": None}
    assert told["satisfaction"]["average"] is None
    file = home / "empty.html"
    assert report(home, capsys, *words, "--out", str(file))[0] == 0
    assert WORDS["en"]["empty"] in file.read_text("utf-8")


def test_an_unknown_desk_is_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the one that was meant."""
    code, _, error = report(home, capsys, "--desk", "suport@solar.example")
    assert code == 1
    assert f"did you mean {DESK}?" in error


def test_the_page_holds_everything(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No script, nothing fetched, words escaped, every picture with a title and its numbers."""
    file = home / "report.html"
    code, out, _ = report(home, capsys, "--out", str(file))
    assert (code, str(file) in out) == (0, True)
    html = file.read_text("utf-8")
    assert not re.search(r"<script|https?://|<link|@import|url\(", html)
    assert "Fast &amp; &lt;friendly&gt;" in html
    pictures = [
        ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    ]
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.get("role") == "img"
        names = {child.get("id"): child for child in picture}
        for named in str(picture.get("aria-labelledby")).split():
            assert names[named].text


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_every_word(language: str) -> None:
    """And the page says which one it is in."""
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert all(WORDS[language].values())
    period = Period(date(2026, 11, 1), date(2026, 11, 30), "UTC")
    html = page(Report(period, ()), {}, language)
    assert f'<html lang="{language}">' in html
    assert WORDS[language]["empty"] in html


# --- parts ---------------------------------------------------------------------------------------


def test_business_time_is_that_of_the_calendar() -> None:
    """The sums over days give what counting each day gives, forwards and back, summer time too."""
    process = shipped("servicedesk")
    desk = Desk("a@desk.example", "A", "servicedesk", time_zone="America/New_York")
    calendar = BusinessCalendar(process.hours, NEW_YORK, None)
    elapsed = Elapsed(desk, process)
    begin = datetime(2026, 10, 20, 7, 13, tzinfo=UTC)
    moments = [begin + timedelta(hours=17 * n) for n in range(40)]
    for start in (moments[20], moments[0], moments[33]):
        for end in moments:
            expected = calendar.between(start, end).total_seconds() / 60
            assert elapsed.minutes(start, end) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("minutes", "median", "high"),
    [([], None, None), ([7.0], 7, 7), ([1.0, 2.0, 3.0, 4.0], 2, 4), ([*range(1, 11)], 5, 9)],
)
def test_percentiles(minutes: list[float], median: int | None, high: int | None) -> None:
    """By nearest rank: always a length that there was."""
    lengths = Lengths()
    lengths.minutes.extend(minutes)
    assert (lengths.percentile(50), lengths.percentile(90)) == (median, high)


def test_last_month_by_the_clock_of_the_desk() -> None:
    """In Auckland December has begun while it is November elsewhere; long periods go by month."""
    now = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert last_month(now, "Pacific/Auckland").first == date(2026, 11, 1)
    assert last_month(now, "UTC").last == date(2026, 10, 31)
    year = Period(date(2026, 1, 1), date(2026, 12, 31), "UTC")
    assert len(year.buckets()) == 12
