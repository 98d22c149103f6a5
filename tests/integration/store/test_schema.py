"""The migrations, on SQLite and on PostgreSQL alike."""

import logging
import subprocess
import sys
import time
import unicodedata

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from docflow.errors import DatabaseOutdated
from docflow.store import Store, schema
from docflow.store.database import Database


def test_the_migrations_make_what_the_tables_say(empty_url: str) -> None:
    Store.open(empty_url).close()
    with Database.open(empty_url).exclusive() as connection:
        command.check(schema.config(connection))


def test_the_migrations_lead_back_to_nothing(empty_url: str) -> None:
    Store.open(empty_url).close()
    with Database.open(empty_url).exclusive() as connection:
        command.downgrade(schema.config(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {schema.VERSION_TABLE, "sqlite_sequence"}


def test_the_revisions_are_those_that_alembic_finds(empty_url: str) -> None:
    with Database.open(empty_url).exclusive() as connection:
        script = ScriptDirectory.from_config(schema.config(connection))
    assert [revision.revision for revision in script.walk_revisions()][::-1] == schema.revisions()


def test_a_database_without_migrations_is_refused_unless_it_may_be_upgraded(empty_url: str) -> None:
    with pytest.raises(DatabaseOutdated, match=f"needs {schema.revisions()[-1]}"):
        Store.open(empty_url, upgrade=False)
    Store.open(empty_url).close()
    Store.open(empty_url, upgrade=False).close()


@pytest.mark.parametrize("upgrade", [True, False])
def test_a_database_of_a_newer_version_is_refused(empty_url: str, upgrade: bool) -> None:
    Store.open(empty_url).close()
    with Database.open(empty_url).exclusive() as connection:
        connection.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(DatabaseOutdated, match="9999") as caught:
        Store.open(empty_url, upgrade=upgrade)
    assert "Update DocFlow" in caught.value.next_step


def test_anothers_tables_in_the_same_database_are_left_alone(empty_url: str) -> None:
    with Database.open(empty_url).exclusive() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('of another')")
    Store.open(empty_url).close()
    with Database.open(empty_url).exclusive() as connection:
        command.check(schema.config(connection))
        rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert rows.scalar_one() == "of another"


def test_pages_that_were_read_under_the_first_schema_count_as_upright(empty_url: str) -> None:
    database = Database.open(empty_url)
    with database.exclusive() as connection:
        command.upgrade(schema.config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO documents (id, sha256, filename, media_type, size, storage_path, status, created_at,"
            " updated_at) VALUES (1, 'a', 'a', 'image/png', 1, 'a', 'recognised', '2026-01-01 00:00:00+00',"
            " '2026-01-01 00:00:00+00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO recognitions (id, document_id, engine, engine_version, languages, settings_digest, read_by,"
            " page_count, text, seconds, created_at)"
            " VALUES (1, 1, 'e', '1', 'eng', '', 'e', 1, 'word', 0.1, '2026-01-01 00:00:00+00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO pages (id, recognition_id, number, width, height, source, engine, engine_version, languages,"
            " text, words, seconds) VALUES (1, 1, 1, 9, 9, 'ocr', 'e', '1', 'eng', 'word',"
            """ '[[["word",1,2,3,4,0.5]]]', 0.1)"""
        )
    database.close()
    with Store.open(empty_url) as store:
        (page,) = store.pages(1)
    assert (page.text, page.rotation) == ("word", 0.0)


def test_labels_of_an_older_schema_are_spelt_as_new_ones_are(empty_url: str) -> None:
    bill = unicodedata.normalize("NFD", "счёт")
    old = [
        (" tax\N{NO-BREAK SPACE} form", None, "ac\u200bme\n  ltd "),
        (bill, "Unknown", bill),
        ("UNKNOWN", bill, ""),
        ("", "letter", ""),
        ("Invoice", "unknown", "acme"),
        *[("receipt", None, f"sender {number}") for number in range(2000)],
        ("last  one", None, ""),
    ]
    database = Database.open(empty_url)
    with database.exclusive() as connection:
        command.upgrade(schema.config(connection), "0010")
        connection.exec_driver_sql(
            "INSERT INTO documents (id, sha256, filename, media_type, size, storage_path, status, created_at,"
            " updated_at) VALUES (1, 'a', 'a', 'image/png', 1, 'a', 'uploaded', '2026-01-01 00:00:00+00',"
            " '2026-01-01 00:00:00+00')"
        )
        connection.execute(
            text(
                "INSERT INTO labels (id, document_id, label, origin, who, comment, source, replaced, predicted,"
                " created_at) VALUES (:id, 1, :label, 'human', 'ann', 'a  b', :source, :replaced, 'Unknown',"
                " '2026-01-01 00:00:00+00')"
            ),
            [
                {"id": number, "label": label, "replaced": replaced, "source": source}
                for number, (label, replaced, source) in enumerate(old, start=1)
            ],
        )
    database.close()
    with Store.open(empty_url) as store:
        rows = store.labels.history(1)[::-1]
    assert [(row.label, row.replaced, row.source) for row in rows] == [
        ("tax form", None, "acme ltd"),
        ("счёт", "unknown", "счёт"),
        ("unknown", "счёт", ""),
        ("", "letter", ""),
        *old[4:-1],
        ("last one", None, ""),
    ]
    assert {(row.who, row.comment, row.predicted, row.is_confirmation) for row in rows} == {
        ("ann", "a  b", "Unknown", False)
    }


def test_a_failed_upgrade_leaves_nothing_behind(empty_url: str) -> None:
    database = Database.open(empty_url)
    with pytest.raises(InterruptedError):
        upgrade_and_fail(database)
    assert schema.current(database) is None
    database.close()
    Store.open(empty_url).close()


def upgrade_and_fail(database: Database) -> None:
    with database.exclusive() as connection:
        command.upgrade(schema.config(connection), "head")
        raise InterruptedError


def test_processes_that_upgrade_at_once_all_succeed(empty_url: str) -> None:
    code = "import sys; from docflow.store import Store; print(Store.open(sys.argv[1]).check())"
    started = [
        subprocess.Popen([sys.executable, "-c", code, empty_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
        assert f"schema {schema.revisions()[-1]}".encode() in output


def test_opening_a_current_database_is_quick_and_loads_no_alembic(empty_url: str) -> None:
    Store.open(empty_url).close()
    assert min(seconds_to_open(empty_url) for _ in range(5)) < 0.25
    code = "import sys; from docflow.store import Store as S; S.open(sys.argv[1]); print('alembic' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code, empty_url], capture_output=True, timeout=60, check=True)
    assert output.stdout.strip() == b"False"


def seconds_to_open(url: str) -> float:
    started = time.perf_counter()
    Store.open(url).close()
    return time.perf_counter() - started


def test_an_upgrade_leaves_logging_as_it_was(empty_url: str) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    mine = logging.getLogger("docflow.of.this.test")
    Store.open(empty_url).close()
    assert (root.level, root.handlers) == before
    assert not mine.disabled
