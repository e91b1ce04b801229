"""The round trip under fire: the service is killed again and again while mail flows.

    python tests/long/m365_kills.py [MESSAGES] [KILLS]

Each message must arrive; one that was in work when the service died may come twice. Prints
the figures; ends with 1 where a message was lost, or duplicates are more than kills.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from m365_tools import ANN, SERVICE, Lab, Process, demo_mail, people


def kill_and_restart(lab: Lab, process: Process, kills: int, done: threading.Event) -> int:
    """Kill the service at random moments until there are enough kills, or no more mail."""
    chance = random.Random(7)
    count = 0
    while count < kills and not done.wait(chance.uniform(0.05, 0.6)):
        process.kill()
        count += 1
        time.sleep(chance.uniform(0, 0.1))
        process.restart()
        lab.cloud.hosts[SERVICE] = ("127.0.0.1", process.port)
    return count


def main() -> int:
    """Run it."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        try:
            return run(lab, messages, kills, began)
        finally:
            lab.close()


def run(lab: Lab, messages: int, kills: int, began: float) -> int:
    """Send, kill, count."""
    tenant = lab.add("contoso")
    people(tenant)
    lab.onboard("contoso")
    process = lab.start_process()
    for number in range(messages):
        tenant.submit(ANN, [f"r{number}@example.net"], demo_mail.plain(f"Number {number}"))
    done, killed = threading.Event(), list[int]()
    killer = threading.Thread(
        target=lambda: killed.append(kill_and_restart(lab, process, kills, done))
    )
    killer.start()
    for _ in range(40):  # ten simulated hours of retries are enough
        lab.cloud.run(15)
        if not lab.cloud.waiting and not killer.is_alive():
            break
    done.set()
    killer.join(60)
    lab.cloud.run(60)
    arrived = Counter(delivery.recipient for delivery in lab.cloud.internet)
    lost = messages - len(arrived)
    twice = sum(arrived.values()) - len(arrived)
    reported = sum(event.what == "report" for event in lab.cloud.trace)
    deferred = sum(event.what == "defer" for event in lab.cloud.trace)
    print(
        f"{messages} messages, {killed[0]} kills: {lost} lost, {twice} duplicates, "
        f"{reported} reported, {deferred} deferrals; {time.monotonic() - began:.0f} s"
    )
    return 1 if lost or reported or twice > killed[0] else 0


if __name__ == "__main__":
    sys.exit(main())
