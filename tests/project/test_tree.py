"""What the repository holds, and what it must never hold."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bootstrap.lock", "requirements-node.lock")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every text file that git knows, or that it would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    paths = [PROJECT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


def test_no_file_names_a_place_on_somebodys_machine(tracked):
    place = re.compile(r"(?<![\w./-])/(?:home|Users|root|work)/[a-z][\w.-]*")
    for path in tracked:
        if path != Path(__file__) and path.suffix != ".jsonl":
            found = place.search(path.read_text(encoding="utf-8", errors="replace"))
            assert found is None, f"{path.relative_to(PROJECT)}: {found}"


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_lock_files_carry_hashes_and_no_address(name):
    path = PROJECT / name
    if not path.exists():
        pytest.skip(f"no {name}")
    text = path.read_text()
    assert "sha256:" in text or "sha512-" in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert '"resolved"' not in text
    assert "file:///" not in text


def test_every_direct_dependency_is_explained():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(name for part in project["optional-dependencies"].values() for name in part)]
    explained = (PROJECT / "docs" / "dependencies.md").read_text().lower()
    for requirement in wanted:
        name = re.split(r"[\[~=<>;! ]", requirement)[0].lower()
        assert f"`{name}`" in explained, f"docs/dependencies.md says nothing about {name}"


def test_no_record_file_is_in_the_repository(tracked):
    for path in tracked:
        assert not path.name.endswith(".gz"), path
        assert path.stat().st_size < 2_000_000, f"{path.relative_to(PROJECT)} is larger than a source should be"


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_imports_keep_to_the_layers():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_licence_is_whole():
    text = (PROJECT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_make_knows_every_target_that_it_offers():
    makefile = (PROJECT / "Makefile").read_text()
    offered = re.findall(r'@echo "make (\w+)', makefile)
    assert set(offered) >= {"run", "test", "accept", "bench", "backup", "restore", "shots", "lock"}
    for target in offered:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
