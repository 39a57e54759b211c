"""The PostgreSQL that other tests rely on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.servers.postgres import Postgres, StartPostgres


def test_a_fresh_database_is_empty_and_durable(fresh_database: str) -> None:
    """A test gets a database without tables, on a server that really syncs."""
    engine = sa.create_engine(fresh_database)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        assert connection.scalar(sa.text("show fsync")) == "on"
    engine.dispose()


def test_databases_are_copied_from_a_template(postgres: Postgres) -> None:
    """A suite may prepare a schema once and copy it for every test."""
    template = postgres.create_database()
    engine = sa.create_engine(postgres.url(template))
    with engine.begin() as connection:
        connection.execute(sa.text("create table ticket (number integer)"))
    engine.dispose()
    copy = postgres.create_database(template)
    engine = sa.create_engine(postgres.url(copy))
    assert sa.inspect(engine).get_table_names() == ["ticket"]
    engine.dispose()
    for name in (copy, template):
        postgres.drop_database(name)


def test_the_same_test_runs_on_both_databases(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    """`database_url` opens as the database that its parameter names."""
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("create table ticket (number integer)"))
        connection.execute(sa.text("insert into ticket values (1)"))
    assert engine.dialect.name == request.node.callspec.params["database_url"]
    engine.dispose()


def test_what_was_committed_survives_a_kill(start_postgres: StartPostgres) -> None:
    """A cluster can be killed and started again with its data."""
    cluster = start_postgres()
    engine = sa.create_engine(cluster.url(), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("create table ticket as select 1 as number"))
    cluster.kill()
    with pytest.raises(sa.exc.OperationalError):
        engine.connect()
    cluster.start()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ticket")) == 1
