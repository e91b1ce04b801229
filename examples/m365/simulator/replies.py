"""Reply texts of the simulated Exchange Online, each with the source it was taken from.

[V] Microsoft's documentation or a captured session, [C] vendor pages or community
sources, [I] inferred. The numbers are what a relay may act on; the words are for people.
"""

from __future__ import annotations

# [V] banner and EHLO of *.mail.protection.outlook.com, two captures of 2022.
BANNER = "220 {host} Microsoft ESMTP MAIL Service ready at {date}"
CAPABILITIES = (
    "SIZE 157286400",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "8BITMIME",
    "BINARYMIME",
    "CHUNKING",
    "SMTPUTF8",
)
# [V] the same captures.
START_TLS = "220 2.0.0 SMTP server ready"
SENDER_OK = "250 2.1.0 Sender OK"
RECIPIENT_OK = "250 2.1.5 Recipient OK"
START_MAIL = "354 Start mail input; end with <CRLF>.<CRLF>"
QUEUED = "250 2.6.0 {id} [InternalId={number}, Hostname={host}] Queued mail for delivery"
CLOSING = "221 2.0.0 Service closing transmission channel"
RESET = "250 2.0.0 Resetting"  # [I]
UNKNOWN = "500 5.3.3 Unrecognized command"  # [V] Exchange's receive connector
BAD_SEQUENCE = "503 5.5.2 Need rcpt command"  # [V] the same
BAD_ARGUMENT = "501 5.5.4 Invalid arguments"  # [V] the same

# [V] SmtpResponse table; the connector requires TLS and there is none, or no trust.
NO_TLS = "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied"
UNTRUSTED_ROOT = (
    "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied"
)
# [C] community posts on expired hybrid certificates.
EXPIRED = (
    "454 4.7.0 Failed to establish appropriate TLS channel: "
    "ATTR41: CertificateExpired: Access Denied"
)
# [V] "office-365-notice" support article: null sender over an address-based connector.
RELAY_DENIED_ATTR36 = "550 5.7.64 Relay Access Denied ATTR36"
# [V] support article KB3212877.
TENANT_ATTRIBUTION = "550 5.7.64 TenantAttribution; Relay Access Denied"
# [V] multi-geo error table.
WRONG_REGION = (
    "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35. "
    "For more information please go to https://go.microsoft.com/fwlink/?linkid=865268"
)
# [V] NDR table; directory-based edge blocking.
NO_RECIPIENT_EDGE = "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
# [V] NDR table.
NO_RECIPIENT = (
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
)
# [V] NDR table, 5.4.6/5.4.14: a message is stopped after 20 rounds.
HOP_COUNT = "554 5.4.14 Hop count exceeded - possible mail loop ATTR34"
# [V] NDR table.
NO_FROM = (
    "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant "
    "and include a valid From address"
)
# [V] NDR table.
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
# [V] 4.5.3: more than 200 envelope recipients of one domain.
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"

# Failures that a test can inject, with the sources of their texts.
SERVER_BUSY = (
    "451 4.7.500 Server busy. Please try again later from [127.0.0.1]. (S77714)"  # [C]
)
TRY_LATER = "451 4.7.850 Access denied, please try again later"  # [V] NDR table
TEMPORARY = "451 4.4.3 Temporary server error. Please try again later ATTR17"  # [V]
NOT_ACCEPTING = "451 4.3.2 System not accepting network messages"  # [V] NDR table
MULTIPLE_REGIONS = "452 4.5.3 Recipients belong to multiple regions ATTR38"  # [V] captured
OTHER_DOMAIN = (  # [C] Symprex' NDR page
    "451 4.4.5 Address domain different from previous accepted address. "
    "All recipients must be on the same domain ATTR46"
)
BAD_CONNECTOR = "550 5.7.711 Access denied, bad inbound connector. AS(2204)"  # [V]
DAILY_LIMIT = (  # [V] NDR table
    "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit "
    "for sending email to external recipients"
)
MULTIPLE_FROM = (
    "550 5.1.20 Multiple From addresses are not allowed without Sender address"  # [V]
)
BAD_HELO = "550 5.7.506 Access Denied, Bad HELO"  # [V] NDR table

# Closed recipients. 5.7.133: [V] verbatim; the others: [V] code, text by analogy.
_NOT_AUTHENTICATED = (
    "authentication required; Delivery restriction check failed because the sender was "
    "not authenticated when sending to this"
)
CLOSED = {
    "group": "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; "
    f"{_NOT_AUTHENTICATED} group",
    "mailbox": "550 5.7.134 RESOLVER.RST.SenderNotAuthenticatedForMailbox; "
    f"{_NOT_AUTHENTICATED} mailbox",
}
# [V] NDR table.
NOT_ON_ALLOW_LIST = "550 5.7.124 Sender not in allowed-senders list"

# The tenant's own side, in reports to its senders.
# [V] NDR table (5.6.11) and KB2998901.
BARE_LINEFEEDS = (
    "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which "
    "cannot be sent via DATA and receiving system does not support BDAT"
)
# [V] NDR table (4.4.7): the default is 24 hours.
QUEUE_EXPIRED = "550 4.4.7 QUEUE.Expired; message expired"
# [V] connector diagnostics: "450 4.4.316", "450 4.4.317".
CONNECTION_REFUSED = "450 4.4.316 Connection refused [Message=Socket error code 10061]"
UNTRUSTED_RELAY = "450 4.4.317 Cannot connect to remote server [Message=UntrustedRoot]"
NO_STARTTLS = (
    "450 4.4.317 Cannot connect to remote server [Message=STARTTLS is required]"  # [I]
)
# [V] text of the queue viewer; the numbers [I].
CONNECTION_LOST = "451 4.4.0 Primary target IP address responded with: connection lost"
