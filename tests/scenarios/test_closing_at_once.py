"""Two people close one ticket at the same moment; finance is asked for one invoice."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from tests.scenarios.incoming import raw_mail
from tests.scenarios.stage import Stage

HERE = Path(__file__).parent
MARIE, TOM = "marie@accel.example", "tom@accel.example"
MAIL = "From: piet@janssens.example\nTo: helpdesk@accel.example\nSubject: {0}\n\nHelp {0}\n"
TICKETS = 4


def test_one_invoice_of_two_closings_and_of_closing_again(
    tmp_path: Path, database_url: str
) -> None:
    """Who comes second, in a transaction of their own, finds the ticket closed; and what is opened
    and closed again is not billed again."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("gateway.toml", "people.yaml"):
        shutil.copy(HERE / "helpdesk" / name, home / name)
    stage = Stage(home, database_url)
    try:
        for number in range(1, TICKETS + 1):
            stage.arrive(raw_mail(MAIL.format(number), "mail", stage.clock.now, stage.house.desks))
            stage.act(number, "#take\n#time 1h Toner", MARIE)
        said = closed_at_once(stage)
        assert [len(words) for words in said] == [2] * TICKETS
        assert all(len(set(words)) == 2 for words in said)
        stage.act(1, "#reopen", MARIE)
        stage.act(1, "#time 2h", MARIE)
        stage.act(1, "#resolved", TOM)
        notices = [left for left in stage.left if left.template == "invoice_notice"]
        assert len(notices) == TICKETS
        assert not stage.faults()
    finally:
        stage.close()


def closed_at_once(stage: Stage) -> list[list[tuple[str, ...]]]:
    """What both are told, of each ticket."""
    said: list[list[tuple[str, ...]]] = [[] for _ in range(TICKETS)]
    together = threading.Barrier(2)

    def close(address: str) -> None:
        for number in range(1, TICKETS + 1):
            together.wait(60)
            acted = stage.app.act(number, "#resolved", address)
            said[number - 1].append(acted.lines if acted else ())

    threads = [threading.Thread(target=close, args=(address,)) for address in (MARIE, TOM)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
