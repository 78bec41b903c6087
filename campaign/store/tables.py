"""The tables. Walls, not furniture: columns and guards that everything above relies on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)

from campaign.core.lifecycle import State

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware datetime, UTC in and UTC out, to the microsecond. Naive ones are a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # Both processors whole, not ``process_bind_param`` and its like: rows are full of instants.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        # SQLite has no time zones: its text form sorts as time does only if every value is in one zone.
        spell = _as_text if dialect.name == "sqlite" else _as_it_is

        def bind(value: datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError(f"naive datetime {value} for the store")
            return spell(value.astimezone(UTC))

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        read = _from_text if dialect.name == "sqlite" else _in_utc
        return lambda value: None if value is None else read(value)


def _as_text(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds").removesuffix("+00:00")


def _from_text(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def _as_it_is(moment: datetime) -> datetime:
    return moment


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _states() -> str:
    return ", ".join(f"'{state.value}'" for state in State)


meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),  # schema, workspace, last_tick, runner, nudge, problems...
    Column("value", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("network_key", Text, nullable=False, unique=True),
    Column("campaign", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("wall", Text, nullable=False),  # local wall time as the key spells it
    Column("target", Text, nullable=False),  # fedi.en
    Column("account", Text, nullable=False),  # fedi: the login, which pacing and order belong to
    Column("network", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("part", Integer, nullable=False, server_default="1"),
    Column("parts", Integer, nullable=False, server_default="1"),
    Column("previous", Text, ForeignKey("deliveries.key")),  # the part before, of a thread
    Column("row_id", Text),  # the CSV row's id
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why it is in this state, in plain words
    Column("due", Instant, nullable=False),  # never changes
    Column("not_before", Instant, nullable=False),  # quiet hours, gap, backoff, a person's move
    Column("deadline", Instant),  # null: always
    Column(
        "post", JSON(none_as_null=True)
    ),  # the frozen part; null until composed (a row moved ahead by a person)
    Column("digest", Text),  # of what a reader sees
    Column("attempt", Integer, nullable=False, server_default="0"),  # fencing token: only grows
    Column(
        "tries", Integer, nullable=False, server_default="0"
    ),  # certain failures since a person last retried
    Column(
        "unresolved", Boolean, nullable=False, server_default="0"
    ),  # an attempt of which nothing is known yet
    Column("first_attempt", Instant),  # start of the first attempt under this network key
    Column("owner", Text),  # host:pid that is sending it
    Column("lease_until", Instant),
    Column("look_at", Instant),  # when an uncertain row is looked at next
    Column("receipt", JSON(none_as_null=True)),
    Column("sent_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("withdraw_at", Instant),  # a person wants it gone, since then
    Column("withdrawn_at", Instant),  # it is gone from its network, since then
    Column("redacted_at", Instant),  # its text was removed from the store, then and by whom
    Column("redacted_by", Text),
    CheckConstraint(f"state IN ({_states()})", name="state_known"),
    CheckConstraint("attempt >= 0 AND tries >= 0 AND part BETWEEN 1 AND parts", name="counts"),
    CheckConstraint(
        "state <> 'sent' OR (receipt IS NOT NULL AND sent_at IS NOT NULL)", name="sent_has_receipt"
    ),
    CheckConstraint(
        "state <> 'sending' OR (lease_until IS NOT NULL AND post IS NOT NULL AND first_attempt IS NOT NULL)",
        name="sending_has_lease",
    ),
    CheckConstraint(
        "state <> 'uncertain' OR (unresolved AND look_at IS NOT NULL)", name="uncertain_is_looked_at"
    ),
    CheckConstraint("NOT unresolved OR state IN ('sending', 'uncertain')", name="unknown_is_resolved_first"),
    Index("deliveries_ready", "state", "not_before"),
    Index("deliveries_late", "state", "deadline"),
    Index("deliveries_of_account", "account", "state", "due", "key"),
    Index("deliveries_waking", "account", "state", "not_before"),
    Index("deliveries_sent", "account", "sent_at"),
    Index("deliveries_pages", "due", "key"),
    Index("deliveries_of_slot", "campaign", "slot", "wall"),
    # More of them, over a part of the table, are in ``partial``.
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", Text, ForeignKey("deliveries.key"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("repeat", Boolean, nullable=False, server_default="0"),
    Column("began", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("ended", Instant),
    Column("outcome", Text),  # sent | retry | refused | parked | handed | unknown | orphaned; null: in flight
    Column("reason", Text, nullable=False, server_default=""),
    Column("resolved", Instant),  # when it became known what came of an unknown or orphaned one
    Column("receipt", JSON(none_as_null=True)),
    Column("notes", JSON, nullable=False, server_default="{}"),
    Column("owner", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("next_at", Instant),  # gap and daily cap: nothing new before this
    Column("parked_until", Instant),
    Column("parked_reason", Text, nullable=False, server_default=""),
    Column("parked_since", Instant),
    Column("trips", Integer, nullable=False, server_default="0"),  # parked so often since it last worked
    Column("refused", Integer, nullable=False, server_default="0"),  # posts refused in a row
    Column("refused_key", Text, nullable=False, server_default=""),  # the last of them
    Column("spent_until", Instant),  # the network's own limit: nothing at all before this
)

cursors = Table(
    "cursors",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("at", Instant, nullable=False),  # everything due up to here has its row
    Column("digest", Text, nullable=False, server_default=""),
)

sights = Table(
    "sights",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("since", Instant, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("campaign", Text, primary_key=True),  # empty: what all campaigns share
    Column("version", Text, primary_key=True),  # of its files; empty: it is not in them
    Column("host", Text, nullable=False),  # that brought it last
    Column("adopted_at", Instant, nullable=False),  # the latest one of a campaign counts
)

checkouts = Table(
    "checkouts",
    metadata,
    Column("host", Text, primary_key=True),  # its name and folder
    Column("campaign", Text, primary_key=True),
    Column("version", Text, nullable=False),  # that its files have
    Column("seen", Instant, nullable=False),  # when the host was at work last
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False, server_default=""),  # a handle of people; empty: the loop
    Column("door", Text, nullable=False, server_default=""),  # cli user@host
    Column("detail", JSON, nullable=False, server_default="{}"),
    Column("salt", Text),  # of the detail's hash; gone when the detail is
    Index("events_of_key", "key"),
    # One more, over a part of the table, is in ``partial``.
)

vault = Table(
    "vault",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

web_tokens = Table(
    "web_tokens",
    metadata,
    Column("name", Text, primary_key=True),  # never used twice: the log names it
    Column("handle", Text, nullable=False),  # whose it is, one of `people`
    Column("role", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of it; itself it is kept nowhere
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 of what the browser's cookie holds
    Column("token", Text, ForeignKey("web_tokens.name")),  # null: came by the link on the terminal
    Column("handle", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("form", Text, nullable=False),  # what each form must bring back
    Column("ends_at", Instant, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("id", Text, primary_key=True),  # a UUID, drawn where the mark is made: an import twice counts once
    Column("key", Text, ForeignKey("deliveries.key"), nullable=False),  # of a thread the first part
    Column("verdict", Text, nullable=False),
    Column(
        "text", Text, nullable=False, server_default=""
    ),  # what is wrong, or was done; "" also once redacted
    Column("salt", Text, nullable=False, server_default=""),  # of the hash in its event; "" once redacted
    Column("by", Text, nullable=False),
    Column("door", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),  # when it was recorded
    Column("flag", Text, ForeignKey("marks.id")),  # that a close closes
    CheckConstraint("verdict IN ('ok', 'flag', 'close')", name="verdict_known"),
    CheckConstraint("(flag IS NOT NULL) = (verdict = 'close')", name="close_names_flag"),
    Index("marks_of_key", "key", "verdict"),
    Index("marks_of_flag", "flag"),
    Index("marks_of_verdict", "verdict"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("scope", JSON, nullable=False),  # campaigns, accounts, languages, tags; all empty: everything
    Column("reason", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False, server_default=""),  # a handle of people; empty: the file PAUSE
    Column("door", Text, nullable=False, server_default=""),
    Column("since", Instant, nullable=False),
    Column("until", Instant),  # null: until somebody ends it
    Column("asked", Instant),  # when somebody last said that it is still wanted
    Column("ended", Instant),
    Column("ended_by", Text, nullable=False, server_default=""),
    Column("host", Text, nullable=False, server_default=""),  # whose file PAUSE it is: host:folder
    Index("pauses_ended", "ended"),
)

pause_posts = Table(
    "pause_posts",
    metadata,
    Column("pause", ForeignKey("pauses.id"), primary_key=True),
    Column("key", Text, ForeignKey("deliveries.key"), primary_key=True),  # what fell into it
    Column("at", Instant, nullable=False),
    Column("decided", Instant),  # null: nobody has looked at it yet
    Column("decision", Text, nullable=False, server_default=""),  # send | skip | move | passed on
    Index("pause_posts_by_key", "key"),
    # One more, over a part of the table, is in ``partial``.
)

alerts_told = Table(
    "alerts_told",
    metadata,
    Column("address", Text, primary_key=True),  # where the address is kept: env:ALERT_URL
    Column("name", Text, primary_key=True),  # of the alert
    Column("at", Instant, nullable=False),  # of the message that told it; the same for all in one message
    Index("alerts_told_lately", "address", "at"),
)

alert_addresses = Table(
    "alert_addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("owner", Text),  # host:pid that is telling it something
    Column("lease_until", Instant),
    Column("digest_on", Text),  # the day of its last daily digest, 2027-07-30
    Column("fails", Integer, nullable=False, server_default="0"),  # messages in a row that did not arrive
    Column("failing_since", Instant),
    Column("next_at", Instant),  # not tried again before
    Column("reason", Text, nullable=False, server_default=""),  # why not, in plain words
)

seals = Table(
    "seals",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("previous", Text, nullable=False),  # the hash of seal n - 1; empty: the first one
    Column("at", Instant, nullable=False),
    Column("first", BigInteger, nullable=False),  # ids of events
    Column("last", BigInteger, nullable=False),
    Column("entries", Text, nullable=False),  # one line an event: id, hash of what it is, hash of its detail
    Column("sha256", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),  # of the first part; the post may still be ahead, without a row
    Column("content", Text, nullable=False),  # the hash of what the person saw; empty: removed
    Column("verdict", Text, nullable=False),  # approved | rejected
    Column("by", Text, nullable=False),  # a handle of people
    Column("door", Text, nullable=False),  # cli user@host, web token NAME, file NAME
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("shown", JSON(none_as_null=True)),  # what the person saw; null: removed
    CheckConstraint("verdict IN ('approved', 'rejected')", name="verdict_known"),
    Index("approvals_of_key", "key"),
    # For the beginnings of keys (``hints.bytewise``). SQLite compares bytes anyway.
    Index("approvals_bytewise", text('key COLLATE "C"')).ddl_if(dialect="postgresql"),
)

cleared = Table(
    "cleared",
    metadata,
    Column("key", Text, primary_key=True),  # of the first part
    Column("content", Text, nullable=False),  # the approved content under which it was last let out
    Column("by", JSON, nullable=False),  # whose approvals counted then
    Column("proof", Text, nullable=False, server_default=""),  # empty, or: not proven
    Column("at", Instant, nullable=False),
)
