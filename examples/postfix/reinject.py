"""Hand a message back to Postfix by SMTP, octet for octet.

    python reinject.py PORT SENDER RECIPIENT... < message

The message may have LF line ends, as pipe(8) gives it; they become CRLF. Exit 0 only if
Postfix took it for every recipient, else 75.
"""

from __future__ import annotations

import re
import smtplib
import sys


def main(port: str, sender: str, *recipients: str) -> int:
    """Send what stands on standard input; return the exit code."""
    message = re.sub(rb"\r?\n", b"\r\n", sys.stdin.buffer.read())
    with smtplib.SMTP("127.0.0.1", int(port), timeout=250) as client:
        client.ehlo()
        options = ["BODY=8BITMIME"]
        if not (sender + "".join(recipients)).isascii():
            options.append("SMTPUTF8")
            client.command_encoding = "utf-8"
        client.mail(sender, options)
        accepted = [client.rcpt(recipient)[0] // 100 == 2 for recipient in recipients]
        if not all(accepted):
            return 75
        code, _ = client.data(message)
    return 0 if code == 250 else 75


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
