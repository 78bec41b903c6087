"""Opening a store, and every way in which that goes wrong: one line, a hint, no password, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import text

from campaign.errors import StoreError
from campaign.store import breaker, engines, history, meta, migrations, pacing, schema
from campaign.store.database import Store
from campaign.store.faults import StoreBusy
from campaign.store.migrations import Migration
from campaign.store.vault import Shelf
from tests.servers import Postgres, free_port
from tests.store.conftest import Place
from tests.store.made import NOW, a_row, put, take

ROOT = Path(__file__).parents[2]


def test_a_store_is_made_once(empty_place: Place) -> None:
    first = empty_place.open(create=True)
    assert first.created
    put(first, a_row())
    first.close()
    again = empty_place.open(create=True)
    assert not again.created
    assert len(take(again)) == 1
    again.close()


def test_a_missing_store_is_not_made_by_the_way(empty_place: Place) -> None:
    with pytest.raises(StoreError, match="no store yet") as failed:
        empty_place.open()
    assert failed.value.hint == "campaign run makes it"
    if empty_place.url.startswith("sqlite"):
        assert list(empty_place.root.iterdir()) == []


def test_settings_of_each_connection(place: Place) -> None:
    store = place.open()
    with store.read() as connection:
        if store.shared:
            assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
        else:
            for pragma, value in {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": 30000,
            }.items():
                assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    store.close()


def test_a_stamp_stays_until_somebody_commits(place: Place) -> None:
    one, other = place.open(), place.open()
    try:
        before = one.stamp()
        one.get("clock")
        other.get("clock")
        assert one.stamp() == before
        for writer in (other, one):
            writer.nudge()
            after = one.stamp()
            assert after == one.stamp()
            assert (after is None and one.shared) or after != before
            before = after
        with pytest.raises(ZeroDivisionError), other.write() as connection:
            meta.ring(connection)
            raise ZeroDivisionError
        assert one.stamp() == before
    finally:
        one.close()
        other.close()


def test_a_reader_can_not_write(store: Store) -> None:
    with pytest.raises(StoreError, match="can't be written"), store.read() as connection:
        meta.put(connection, "a", "b")
    store.set("a", "b")
    assert store.get("a") == "b"


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="half-way"), store.write() as connection:
        meta.put(connection, "a", "b")
        raise RuntimeError("half-way")
    assert store.get("a") is None


def test_a_write_inside_a_write_is_a_bug_that_says_so(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside"), store.write(), store.write():
        pass
    store.set("a", "b")


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_the_files(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
        put(store, a_row())
        with store.hold():
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ["campaign.db", "campaign.db-wal", "campaign.db-shm", "campaign.db.lock"], 0o600
    )


def test_a_relative_path_starts_at_the_root_an_absolute_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    Store.open("sqlite:///data/a.db", tmp_path, create=True).close()
    Store.open(f"sqlite:///{tmp_path}/b.db", Path("/nowhere"), create=True).close()
    assert (tmp_path / "data" / "a.db").is_file()
    assert (tmp_path / "b.db").is_file()


def test_the_folder_of_a_store_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened: No such file"):
        Store.open("sqlite:///none/a.db", tmp_path, create=True)


def test_an_empty_file_is_no_store_but_may_become_one(tmp_path: Path) -> None:
    (tmp_path / "campaign.db").touch(0o600)
    with pytest.raises(StoreError, match="no store yet"):
        Store.open("sqlite:///campaign.db", tmp_path, create=False)
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    assert store.created
    store.close()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "campaign.db"
    path.write_text("This is not a database, it is a letter.\n" * 50)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not a database"):
        Store.open("sqlite:///campaign.db", tmp_path, create=create)
    assert path.read_bytes() == before


@pytest.mark.parametrize("create", [True, False])
def test_the_database_of_another_program(tmp_path: Path, create: bool) -> None:
    with sqlite3.connect(tmp_path / "campaign.db") as other:
        other.execute("CREATE TABLE events (a)")
    other.close()
    with pytest.raises(StoreError, match=r"another program|not a store of campaign"):
        Store.open("sqlite:///campaign.db", tmp_path, create=create)


def test_a_damaged_store(tmp_path: Path) -> None:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    put(store, *(a_row(f"s{n}") for n in range(200)))
    store.close()
    path = tmp_path / "campaign.db"
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(16) * ((len(data) - 4096) // 16)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged") as failed:
        Store.open("sqlite:///campaign.db", tmp_path, create=False)
    assert ".recover" in failed.value.hint


def test_a_store_cut_off_at_any_page_is_an_expected_failure(tmp_path: Path) -> None:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    put(store, *(a_row(f"s{n}") for n in range(50)))
    store.close()
    data = (tmp_path / "campaign.db").read_bytes()
    for length in (1, 50, 99, 100, 4095, 4096, 8192, len(data) // 2, len(data) - 1):
        root = tmp_path / str(length)
        root.mkdir()
        (root / "campaign.db").write_bytes(data[:length])
        with pytest.raises(StoreError) as failed:
            cut = Store.open("sqlite:///campaign.db", root, create=False)
            try:
                with cut.read() as connection:
                    history.deliveries(connection)
                    history.events(connection)
                pytest.fail(f"{length} bytes of {len(data)} were read without complaint")
            finally:
                cut.close()
        assert "\n" not in failed.value.message
        assert failed.value.hint


def test_a_locked_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open("sqlite:///campaign.db", tmp_path, create=True).close()
    monkeypatch.setattr(engines, "BUSY", 0.01)
    store = Store.open("sqlite:///campaign.db", tmp_path, create=False)
    other = sqlite3.connect(tmp_path / "campaign.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked by another program"):
        store.set("a", "b")
    assert store.get("a") is None  # reading goes on
    other.execute("ROLLBACK")
    store.set("a", "b")
    other.close()
    store.close()


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    put(store, a_row("first"))
    with pytest.raises(StoreError, match="no room left"), store.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(500):
            meta.put(connection, f"name{number}", "x" * 1000)
    assert store.get("name0") is None
    with store.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        meta.put(connection, "name0", "x")
    assert len(take(store)) == 1
    store.close()


def test_a_folder_that_can_not_be_written() -> None:
    # Root may write anywhere: so this is done as somebody else, in a folder that they can reach.
    root = Path(tempfile.mkdtemp(prefix="campaign-ro-"))
    code = """
import json, os, sys
from pathlib import Path
from campaign.errors import StoreError
from campaign.store.database import Store

root = Path(sys.argv[1])
store = Store.open("sqlite:///campaign.db", root, create=True)
store.set("a", "b")
store.close()
(root / "campaign.db").chmod(0o444)
root.chmod(0o555)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
told = []
for name in ("campaign.db", "new.db"):
    try:
        store = Store.open("sqlite:///" + name, root, create=True)
        store.set("a", "c")
    except StoreError as error:
        told.append([error.message, error.hint])
print(json.dumps(told))
"""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(root)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    finally:
        root.chmod(0o755)
        shutil.rmtree(root)
    told = json.loads(done.stdout)
    assert len(told) == 2
    for message, hint in told:
        assert "can't be" in message
        assert "read-only" in hint


@pytest.mark.parametrize(
    "url",
    ["", "campaign.db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://ani:geheim@host/db",
     "postgresql+psycopg://ani:geheim@host:port/db", "://geheim"],
)  # fmt: skip
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError) as failed:
        Store.open(url, tmp_path, create=True)
    assert "sqlite:///campaign.db" in failed.value.hint
    assert "geheim" not in failed.value.message
    assert list(tmp_path.iterdir()) == []


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="can't be reached") as failed:
        Store.open(f"postgresql+psycopg://ani:geheim@127.0.0.1:{free_port()}/db", tmp_path, create=True)
    assert "geheim" not in f"{failed.value.message} {failed.value.hint} {failed.value!r}"
    assert "\n" not in failed.value.message


@pytest.mark.parametrize("wrong", ["password", "database", "user"])
def test_a_server_that_lets_nobody_in(server: Postgres, tmp_path: Path, wrong: str) -> None:
    words = {"user": server.user, "password": server.password, "database": "postgres"} | {wrong: "geheim"}
    url = f"postgresql://{words['user']}:{words['password']}@127.0.0.1:{server.port}/{words['database']}"
    with pytest.raises(StoreError, match="can't be reached") as failed:
        Store.open(url, tmp_path, create=True)
    assert words["password"] not in failed.value.message
    assert server.password not in failed.value.message


def test_a_server_that_goes_away_in_between(server: Postgres, tmp_path: Path) -> None:
    server.run("CREATE DATABASE cut")
    store = Store.open(server.url("cut"), tmp_path, create=True)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"
    with pytest.raises(StoreError, match="can't be reached"), store.write() as connection:
        meta.put(connection, "a", "b")
        server.run(cut)
        meta.put(connection, "c", "d")
    assert store.get("a") is None  # a new connection, and nothing half-done
    store.close()


def test_a_deadlock_is_told_to_be_tried_again(server: Postgres, tmp_path: Path) -> None:
    server.run("CREATE DATABASE dead")
    store = Store.open(server.url("dead"), tmp_path, create=True)
    store.set("a", "1")
    store.set("b", "1")
    both = threading.Barrier(2)
    told: list[StoreError] = []

    def cross(first: str, second: str) -> None:
        try:
            with store.write() as connection:
                meta.put(connection, first, f"{first}{second}")
                both.wait()
                meta.put(connection, second, f"{first}{second}")
        except StoreError as error:
            told.append(error)

    threads = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (error,) = told
    assert isinstance(error, StoreBusy)
    assert store.get("a") == store.get("b")
    store.close()


def test_without_psycopg_the_hint_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as if it were not installed
    with pytest.raises(StoreError, match="psycopg") as failed:
        Store.open("postgresql://ani:geheim@localhost/db", tmp_path, create=True)
    assert failed.value.hint == "pip install 'campaign[postgresql]'"


# -- versions --------------------------------------------------------------------------------------------------------


def _colours(connection: object) -> None:
    assert hasattr(connection, "execute")
    connection.execute(text("ALTER TABLE sights ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'"))
    connection.execute(text("UPDATE sights SET colour = 'green'"))


def _breaks(connection: object) -> None:
    _colours(connection)
    raise RuntimeError("the power went")


def test_an_older_store_becomes_one_of_today(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = place.open()
    with store.write() as connection:
        connection.execute(text("INSERT INTO sights VALUES ('c', 's', 't', '2027-01-01 00:00:00.000000')"))
    store.close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Migration("colours", _colours)))
    monkeypatch.setattr(migrations.upgrade, "__defaults__", (migrations.MIGRATIONS,))
    monkeypatch.setattr(schema, "NEWEST", len(migrations.MIGRATIONS))
    for _ in range(2):  # the second time there is nothing to do
        new = place.open()
        assert not new.created
        with new.read() as connection:
            assert connection.execute(text("SELECT colour FROM sights")).scalars().all() == ["green"]
            assert schema.version(connection) == len(migrations.MIGRATIONS)
        new.close()


def test_the_newest_version_is_what_the_last_step_makes() -> None:
    assert len(migrations.MIGRATIONS) == schema.NEWEST


def test_a_store_of_the_newest_version_is_opened_without_asking_it_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = place.open()
    store.close()
    if store.shared:
        pytest.skip("only a file is looked at before it is opened")
    monkeypatch.setattr(Store, "read", None)
    monkeypatch.setattr(Store, "write", None)
    place.open().close()


BREAKERS = ("trips", "refused", "refused_key", "spent_until")


def test_a_store_from_before_breakers_gets_them(store: Store) -> None:
    with store.write() as connection:
        pacing.know(connection, ["fedi", "x"])
        breaker.park(connection, "fedi", "revoked", NOW)
        for column in BREAKERS:
            connection.execute(text(f"ALTER TABLE accounts DROP COLUMN {column}"))
    with store.write() as connection:
        migrations.breakers(connection)
    with store.read() as connection:
        known = history.accounts(connection)
    assert (known["fedi"].trips, known["fedi"].parked_reason) == (1, "revoked")
    other = known["x"]
    assert (other.trips, other.refused, other.refused_key, other.spent_until) == (0, 0, "", None)


def test_a_migration_happens_whole_or_not_at_all(store: Store) -> None:
    steps = (*migrations.MIGRATIONS, Migration("colours", _breaks))
    with pytest.raises(RuntimeError, match="the power went"), store.write() as connection:
        migrations.upgrade(connection, store.place, steps)
    with store.write() as connection:
        assert schema.version(connection) == len(migrations.MIGRATIONS)
        # The column is not there, so the whole step can be done again.
        migrations.upgrade(connection, store.place, (*migrations.MIGRATIONS, Migration("colours", _colours)))
        assert schema.version(connection) == len(migrations.MIGRATIONS) + 1


def test_the_making_of_a_store_that_breaks_leaves_none(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: object) -> None:
        assert hasattr(connection, "execute")
        connection.execute(text("CREATE TABLE meta (name TEXT)"))
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(migrations, "create", half)
        empty_place.open(create=True)
    with pytest.raises(StoreError, match=r"no store yet|not a store"):
        empty_place.open()
    whole = empty_place.open(create=True)
    assert whole.created
    whole.close()


@pytest.mark.parametrize("create", [True, False])
def test_a_store_of_a_newer_program_is_refused_and_left_alone(place: Place, create: bool) -> None:
    store = place.open()
    store.set(meta.SCHEMA, "99")
    store.close()
    with pytest.raises(
        StoreError, match=rf"newer campaign \(store version 99, this one knows {len(migrations.MIGRATIONS)}\)"
    ) as failed:
        place.open(create=create)
    assert "pip install --upgrade" in failed.value.hint


# -- small facts -------------------------------------------------------------------------------------------------------


def test_the_bell(store: Store) -> None:
    assert store.nudges() == 0
    store.nudge()
    store.nudge()
    assert store.nudges() == 2


def test_the_workspace_id_is_drawn_once(place: Place) -> None:
    one, two = place.open(), place.open()
    first, second = uuid.uuid4(), uuid.uuid4()
    assert one.workspace_id(first) == first
    assert two.workspace_id(second) == first
    one.close()
    two.close()


def test_the_vault_keeps_sessions_and_never_shows_them(store: Store) -> None:
    shelf, other = Shelf(store, "fedi"), Shelf(store, "bsky")
    assert shelf.get("session") is None
    shelf.put("session", "s3cret-one")
    shelf.put("session", "s3cret-two")
    other.put("session", "s3cret-other")
    assert (shelf.get("session"), other.get("session")) == ("s3cret-two", "s3cret-other")
    with pytest.raises(ValueError, match="empty"):
        shelf.put("session", "")
    assert shelf.get("session") == "s3cret-two"
    assert "s3cret" not in repr(shelf)
    with store.read() as connection:
        assert history.events(connection) == []


def test_no_value_of_a_statement_is_in_a_traceback(store: Store) -> None:
    with pytest.raises(Exception) as failed, store.write() as connection:
        connection.execute(
            text("INSERT INTO vault VALUES ('a', 's3cret', :v), ('a', 's3cret', :v)"), {"v": "s3cret2"}
        )
    assert "s3cret2" not in str(failed.value)


def test_a_shared_store_says_so(store: Store) -> None:
    assert store.shared is store.place.startswith("PostgreSQL")
    assert abs((store.clock() - store.clock()).total_seconds()) < 60
    assert NOW.tzinfo is not None
