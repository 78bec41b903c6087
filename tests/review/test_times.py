"""Times as people and programs read them."""

from datetime import UTC, datetime, timedelta

from campaign.review import times

NOON = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)
JAKARTA = "Asia/Jakarta"


def test_people_read_the_zone() -> None:
    assert times.stamp(NOON, JAKARTA) == "Fri 30 Jul 2027 12:00 WIB"
    assert times.clock(NOON, JAKARTA, seconds=True) == "12:00:00"


def test_a_zone_without_letters_says_utc() -> None:
    assert times.stamp(NOON, "America/Sao_Paulo").endswith("02:00 UTC-03")


def test_programs_read_the_offset() -> None:
    assert times.iso(NOON, JAKARTA) == "2027-07-30T12:00:00+07:00"
    assert times.iso(NOON) == "2027-07-30T05:00:00+00:00"
    assert times.iso(None) is None


def test_utc_names_its_day_where_it_is_another() -> None:
    assert times.utc_clock(NOON, JAKARTA) == "05:00 UTC"
    early = datetime(2027, 7, 29, 23, 0, tzinfo=UTC)
    assert times.utc_clock(early, JAKARTA) == "29 Jul 23:00 UTC"


def test_soon_says_no_more_than_is_needed() -> None:
    said = [times.soon(NOON + timedelta(days=d), NOON, JAKARTA) for d in (0, 1, 2, 365)]
    assert said == ["12:00", "tomorrow 12:00", "Sun 01 Aug 12:00", "Sat 29 Jul 2028 12:00"]


def test_today_is_the_day_of_the_zone() -> None:
    late = datetime(2027, 7, 30, 16, 30, tzinfo=UTC)  # 23:30 in Jakarta
    assert times.soon(late + timedelta(hours=1), late, JAKARTA) == "tomorrow 00:30"


def test_ago() -> None:
    spans = [timedelta(seconds=59), timedelta(minutes=5), timedelta(hours=3), timedelta(days=2)]
    assert [times.ago(NOON - s, NOON) for s in spans] == ["just now", "5 min ago", "3 h ago", "2 days ago"]
