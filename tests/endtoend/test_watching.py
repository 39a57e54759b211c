"""A running gateway as those see it who watch it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers.gateway import HELPDESK, PROGRAM, Gateway, StartGateway
from tests.servers.postfix import StartPostfix, lmtp
from tests.servers.postgres import StartPostgres
from tests.servers.running import ENVIRONMENT, eventually, free_port, program
from tests.servers.swaks import swaks

pytestmark = [pytest.mark.real, pytest.mark.long]

UNIT = Path(__file__).parents[2] / "docs" / "systemd" / "deskpost.service"


def asked(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def metrics(port: int) -> dict[str, float]:
    """`name{label values}` -> value."""
    families = text_string_to_metric_families(asked(port, "/metrics")[1].decode())
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def first_mail(gateway: Gateway) -> None:
    swaks(gateway.port, sender="jan@acme.example", recipients=[HELPDESK], subject="a", body="Help")


def test_metrics_tell_what_was_received_and_how_long_the_answer_took(
    start_gateway: StartGateway,
) -> None:
    """After one mail: one received, one ticket, two answers sent within a time, nothing waits."""
    port = free_port()
    gateway = start_gateway(watch=f'listen = "127.0.0.1:{port}"')
    first_mail(gateway)
    gateway.settled()

    def shown() -> dict[str, float] | None:
        found = metrics(port)
        return found if found["deskpost_answer_seconds_count"] == 2 else None

    found = eventually(shown, "both answers counted", 30)
    assert found["deskpost_store_up"] == 1
    assert found["deskpost_handling_seconds_count"] == 1
    assert 0 < found["deskpost_answer_seconds_sum"] < 60
    assert found["deskpost_deliveries_total sent"] == 2
    found = eventually(
        lambda: found if (found := metrics(port))["deskpost_received_mails_total"] else None,
        "fresh",
        30,
    )
    assert found["deskpost_mails on_tickets"] == found["deskpost_tickets"] == 1
    assert found["deskpost_queue_mails inbox"] == found["deskpost_timers_late"] == 0
    assert found["deskpost_loop_busy_seconds processing"] >= 0
    assert asked(port, "/healthz")[0] == 200


def test_healthz_notices_that_the_database_is_gone(
    start_gateway: StartGateway, start_postgres: StartPostgres
) -> None:
    """503 with the reason while PostgreSQL is away, 200 by itself when it is back."""
    postgres, port = start_postgres(), free_port()
    url = postgres.url(postgres.create_database())
    start_gateway(store=url, watch=f'listen = "127.0.0.1:{port}"')
    assert asked(port, "/healthz")[0] == 200
    postgres.kill()
    status, body = asked(port, "/healthz")
    assert (status, json.loads(body)["status"]) == (503, "sick")
    assert any("the store does not answer" in line for line in json.loads(body)["troubles"])
    assert metrics(port)["deskpost_loop_busy_seconds timing"] >= 0, "what it knows it still shows"
    postgres.start()
    eventually(lambda: asked(port, "/healthz")[0] == 200, "well again", 60)


@pytest.mark.long
def test_a_canary_flies_through_the_world_and_is_missed(
    start_gateway: StartGateway, start_postfix: StartPostfix
) -> None:
    """Out by a Postfix and back by LMTP: set aside, no ticket, nobody answers it. When the world is
    gone, the operators are told once, and once more when canaries come back."""
    port, back = free_port(), free_port()
    world = start_postfix({HELPDESK: lmtp(back)})
    gateway = start_gateway(
        delivery=f"smtp://127.0.0.1:{world.port}",
        lmtp_port=str(back),
        watch=f'listen = "127.0.0.1:{port}"\ncanary = "2s"\ncanary_patience = "6s"',
    )
    name = f"deskpost_canary_returned_seconds {HELPDESK}"
    eventually(lambda: name in metrics(port), "a canary came back", 40)
    counts = gateway.status()
    assert counts["set_aside"] > 0
    assert counts["tickets"] == counts["on_tickets"] == 0
    world.stop()
    missing = f"deskpost_canaries_missing {HELPDESK}"
    eventually(lambda: metrics(port)[missing] > 1, "missed", 40)
    world.start()
    eventually(lambda: metrics(port)[missing] == 0, "back again", 60)
    listed = gateway.run("queue", "list", "--json").stdout.decode().splitlines()
    told = [line for line in listed if json.loads(line)["to"] == ["ops@accel.example"]]
    assert len(told) == 2, "that they are missed, and that they came back"


def test_the_service_manager_is_told(start_gateway: StartGateway) -> None:
    """That it is ready, that it lives, and that it stops: sd_notify(3)."""
    gateway = start_gateway()
    gateway.stop()
    path = gateway.home / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(40)
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "--home", str(gateway.home), "serve"],
            env={**ENVIRONMENT, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1"
        process.terminate()
        words = b""
        while words != b"STOPPING=1":
            words = manager.recv(100)
        assert process.wait(40) == 0


def test_a_taken_address_is_one_clear_line(start_gateway: StartGateway) -> None:
    """Where the file names it; `serve` then starts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        gateway = start_gateway()
        gateway.stop()
        file = gateway.home / "gateway.toml"
        listen = f'listen = "127.0.0.1:{taken.getsockname()[1]}"'
        file.write_text(file.read_text().replace('[watch]\nlisten = ""', f"[watch]\n{listen}"))
        done = gateway.run("serve")
    assert done.returncode == 1
    assert b"for those who watch" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_unit_is_what_systemd_reads_and_is_hardened(tmp_path: Path) -> None:
    """systemd finds nothing wrong with it, and little that it exposes."""
    analyze = program("systemd-analyze", "systemd")
    unit = tmp_path / "deskpost.service"
    unit.write_text(UNIT.read_text().replace("/opt/deskpost/.venv/bin/python", sys.executable))
    environment = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    verified = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert not [line for line in verified.stderr.splitlines() if unit.name in line]
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-400:]
