"""The embedded servers start once, outlive kills, keep what was committed, and leave when nobody needs them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config.embedded import EmbeddedServerError, Instance, instance, lease
from config.embedded.binaries import postgres_folder, valkey_program
from config.embedded.leases import Lease
from config.embedded.locks import FileLock, is_held
from config.embedded.places import LONGEST_SOCKET_PATH, PROJECT
from config.embedded.postgres import DATABASE, SUPERUSER, Postgres, locale_options, tuning
from config.embedded.privileges import EXECUTE, READ, Account
from config.embedded.valkey import Valkey

BOTH = ("postgres", "valkey")


@pytest.fixture(scope="module")
def place() -> Iterator[Instance]:
    """An instance of our own, away from the clone's; module-wide because making a cluster takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="collegium-test-"))
    folder.chmod(0o755)
    patch = pytest.MonkeyPatch()
    patch.setenv("COLLEGIUM_STATE", str(folder))
    made = instance.__wrapped__("life")
    with lease(made, BOTH), connect(made) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('committed')")
    yield made
    patch.undo()
    shutil.rmtree(folder)


def connect(place: Instance) -> psycopg.Connection:
    return psycopg.connect(host=str(place.run), port=5432, user=SUPERUSER, dbname=DATABASE, autocommit=True)


def servers_of(place: Instance) -> list[psutil.Process]:
    """The keepers and servers of an instance, by what stands on their command lines."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if f"config.embedded.keeper {place.name} " in line or f"-D {place.state}" in line or str(Valkey(place).socket_path) in line:
            found.append(process)
    return found


def one(place: Instance, part: str) -> psutil.Process:
    return next(process for process in servers_of(place) if part in " ".join(process.cmdline()))


def eventually(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def answers_again(place: Instance) -> bool:
    return Postgres(place).answers() and Valkey(place).answers()


@pytest.mark.processes
class TestLifeCycle:
    def test_they_start_for_the_first_lease_and_stop_after_the_last(self, place):
        with lease(place, BOTH):
            assert Postgres(place).answers()
            assert Valkey(place).answers()
            with lease(place, BOTH):
                assert len([process for process in servers_of(place) if "keeper" in " ".join(process.cmdline())]) == 2
            assert Postgres(place).answers()
        assert servers_of(place) == []

    def test_they_listen_on_sockets_only_that_nobody_else_may_open(self, place):
        with lease(place, BOTH):
            assert place.run.stat().st_mode & 0o077 == 0
            for process in servers_of(place):
                assert process.net_connections("tcp") == []
                if os.geteuid() == 0 and "keeper" not in " ".join(process.cmdline()):
                    assert process.uids().real != 0

    def test_letters_of_every_script_count_as_letters(self, place):
        with lease(place, ["postgres"]), connect(place) as connection:
            connection.execute("create extension if not exists pg_trgm")
            assert connection.execute("select similarity('Ωμέγα', 'ωμέγα'), similarity('Łukasz', 'Łukas')").fetchone() == (
                1.0,
                pytest.approx(0.625),
            )

    def test_a_killed_server_is_started_again_with_what_was_committed(self, place):
        with lease(place, BOTH):
            with connect(place) as connection:
                connection.execute("insert into kept values ('just before')")
            killed = [one(place, f"-D {place.state}"), one(place, "valkey.sock")]
            for process in killed:
                process.kill()
            eventually(lambda: not any(process.is_running() for process in killed))
            eventually(lambda: answers_again(place))
            with connect(place) as connection:
                assert connection.execute("delete from kept where word = 'just before'").rowcount == 1
        assert servers_of(place) == []

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
    def test_a_killed_keeper_takes_its_server_along_and_the_next_lease_starts_anew(self, place):
        with lease(place, ["postgres"]):
            keeper = one(place, "config.embedded.keeper")
            keeper.kill()
            eventually(lambda: servers_of(place) == [])
            with lease(place, ["postgres"]), connect(place) as connection:
                assert connection.execute("select word from kept").fetchall() == [("committed",)]

    def test_a_killed_user_leaves_no_server_behind(self, place):
        code = (
            "import sys, time\n"
            "from config.embedded import instance, lease\n"
            f"with lease(instance('{place.name}'), {BOTH!r}):\n"
            "    print('up', flush=True)\n"
            "    time.sleep(60)\n"
        )
        user = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE)
        assert user.stdout is not None
        assert user.stdout.readline() == b"up\n"
        user.kill()
        user.wait()
        user.stdout.close()
        eventually(lambda: servers_of(place) == [])

    def test_a_pid_file_of_somebody_else_does_not_stop_the_start(self, place):
        with subprocess.Popen(["sleep", "60"], user=place.account.uid if place.account else None) as stranger:
            (Postgres(place).folder / "postmaster.pid").write_text(f"{stranger.pid}\n{Postgres(place).folder}\n")
            with lease(place, ["postgres"]):
                assert Postgres(place).answers()
            untouched = stranger.poll() is None
            stranger.kill()
        assert untouched, "the stranger was not ours to end"

    def test_two_that_start_at_once_share_one_server(self, place):
        code = (
            "from config.embedded import instance, lease\n"
            "from config.embedded.postgres import Postgres\n"
            f"with lease(instance('{place.name}'), {BOTH!r}):\n"
            f"    with Postgres(instance('{place.name}'))._connect('postgres') as c: print(c.execute('select pg_postmaster_start_time()').fetchone())\n"
            "    input()\n"
        )
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
            for _ in range(4)
        ]
        started = {racer.stdout.readline() for racer in racers if racer.stdout}
        for racer in racers:
            racer.communicate("\n", timeout=60)
        assert len(started) == 1
        assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
        eventually(lambda: servers_of(place) == [])

    def test_a_server_that_cannot_start_says_why(self, place):
        version = Postgres(place).folder / "PG_VERSION"
        before = version.read_text()
        version.write_text("9\n")
        try:
            with pytest.raises(EmbeddedServerError, match="was made by PostgreSQL 9"), lease(place, ["postgres"]):
                pass
        finally:
            version.write_text(before)
        assert servers_of(place) == []
        assert not is_held(place.lock("postgres", "users"))


class TestPlaces:
    def test_a_socket_path_is_short_enough_wherever_the_clone_lies(self, monkeypatch, tmp_path):
        monkeypatch.setenv("COLLEGIUM_STATE", str(tmp_path / ("deep" * 30)))
        far = instance.__wrapped__("main")
        assert len(str(far.run)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH
        assert far.run != instance.__wrapped__("other").run

    def test_the_addresses_of_an_instance_name_its_sockets(self, place):
        assert Postgres(place).url == f"postgres://collegium@{str(place.run).replace('/', '%2F')}:5432/collegium"
        assert Valkey(place).url == f"unix://{place.run}/valkey.sock?db=0"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
    def test_programs_under_a_closed_folder_are_copied_to_an_open_one(self, monkeypatch, tmp_path):
        state = Path(tempfile.mkdtemp(prefix="collegium-test-"))
        state.chmod(0o755)
        monkeypatch.setenv("COLLEGIUM_STATE", str(state))
        account = instance.__wrapped__("main").account
        assert account is not None
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        shutil.copytree(valkey_program().parent, closed / "_binaries" / "here")
        monkeypatch.setattr("config.embedded.binaries._package_folder", lambda _name: closed)
        copied = valkey_program(account)
        assert copied.is_relative_to(state)
        assert account.can_reach(copied.parent)
        assert account.may(copied, READ | EXECUTE)
        assert valkey_program(account) == copied
        shutil.rmtree(state)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
    def test_a_state_folder_that_the_account_cannot_enter_is_refused_with_a_way_out(self, monkeypatch, tmp_path):
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        monkeypatch.setenv("COLLEGIUM_STATE", str(closed / "state"))
        with pytest.raises(EmbeddedServerError, match=r"cannot enter.*COLLEGIUM_STATE"):
            instance.__wrapped__("main").prepare()

    def test_an_account_reaches_what_its_rights_open(self, tmp_path):
        owner = Account("owner", tmp_path.stat().st_uid, tmp_path.stat().st_gid)
        stranger = Account("stranger", 54321, 54321)
        tmp_path.chmod(0o750)
        assert owner.may(tmp_path, READ | EXECUTE)
        assert not stranger.may(tmp_path, EXECUTE)
        assert not stranger.can_reach(tmp_path / "not" / "there" / "yet")

    def test_without_programs_the_way_out_is_named(self, monkeypatch):
        monkeypatch.setattr("config.embedded.binaries._postgres_candidates", lambda: iter([]))
        with pytest.raises(EmbeddedServerError, match="DATABASE_URL"):
            postgres_folder()
        monkeypatch.setattr("config.embedded.binaries._package_folder", lambda _name: None)
        monkeypatch.setattr("shutil.which", lambda _name: None)
        with pytest.raises(EmbeddedServerError, match="REDIS_URL"):
            valkey_program()


class TestLocks:
    def test_many_may_share_and_one_may_own(self, tmp_path):
        first, second, owner = (FileLock(tmp_path / "lock") for _ in range(3))
        assert first.try_shared()
        assert second.try_shared()
        assert not owner.try_exclusive()
        first.release()
        assert second.try_exclusive(), "the last sharer may take it alone"
        assert not first.try_shared()
        assert is_held(tmp_path / "lock")
        second.release()
        assert not is_held(tmp_path / "lock")

    def test_a_lease_waits_for_a_server_that_is_going(self, place, monkeypatch):
        monkeypatch.setattr("config.embedded.leases.SECONDS_TO_STOP", 0.2)
        place.prepare()
        going = FileLock(place.lock("valkey", "users"))
        assert going.try_exclusive()
        with pytest.raises(EmbeddedServerError, match="is stopping"):
            Lease(Valkey(place)).begin()
        going.release()


def test_memory_settings_follow_the_machine():
    small, large = tuning(512 * 1024**2), tuning(64 * 1024**3)
    assert (small["shared_buffers"], large["shared_buffers"]) == ("64MB", "1024MB")
    assert small["effective_cache_size"] == "256MB"


def test_older_versions_get_the_locale_they_know():
    assert "--locale-provider=builtin" in locale_options(18)
    assert not any("provider" in option for option in locale_options(15))


def test_stopping_signals_are_the_orderly_ones():
    assert (Postgres.stop_signal, Valkey.stop_signal) == (signal.SIGINT, signal.SIGTERM)
