"""Drives GNU Mailman's decorate handler; templates and archivers are stubbed (a gift).

Arguments: footer.txt footer.html (Mailman has text footers only, the second is unused);
see ``__init__.py`` for the lines it reads. Runs in any Python that has mailman 3.
"""

import json
import sys
import time
from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace

from mailman.config import config
from mailman.email.message import Message
from mailman.handlers import decorate
from zope.component import provideUtility
from zope.interface import implementer


def main() -> None:
    footer = Path(sys.argv[1]).read_text()

    @implementer(decorate.ITemplateLoader)
    class Templates:
        def get(self, name, mlist, **_):
            return footer if name.endswith("footer") else ""

    config.mailman = SimpleNamespace(site_owner="owner@example.com")
    decorate.IListArchiverSet = lambda mlist: SimpleNamespace(archivers=())
    provideUtility(Templates(), decorate.ITemplateLoader)
    mailing_list = SimpleNamespace(
        fqdn_listname="list@example.com",
        list_id="list.example.com",
        owner_address="list-owner@example.com",
        list_name="list",
        mail_host="example.com",
        display_name="List",
        request_address="list-request@example.com",
        description="",
        info="",
        preferred_language=SimpleNamespace(charset="us-ascii", code="en"),
        domain=SimpleNamespace(base_url=None),
    )
    for line in sys.stdin:
        source, target, repetitions = line.rstrip("\n").split("\t")
        raw = Path(source).read_bytes()
        print(
            json.dumps(
                [_signed(raw, target, mailing_list) for _ in range(int(repetitions))]
            )
        )
        sys.stdout.flush()


def _signed(raw: bytes, target: str, mailing_list) -> int:
    start = time.process_time_ns()
    message = message_from_bytes(raw, Message)
    decorate.process(mailing_list, message, {})
    octets = message.as_bytes()
    taken = time.process_time_ns() - start
    Path(target).write_bytes(octets)
    return taken


main()
