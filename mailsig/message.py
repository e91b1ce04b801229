"""Message objects in and out: octets behind an ``EmailMessage``, and back.

The rules this module keeps:

* ``parse`` costs nothing until somebody looks: the standard library's parser builds the
  tree at the first access to it, and looking never raises.
* While nobody altered the tree, ``as_bytes()`` is the octets that came in. "Altered" is
  found by comparing the tree with a snapshot, not by flags: ``get_payload()`` hands out
  live lists.
* Nothing here mutates a message that belongs to the caller.
* No recursion over the depth of a message.
"""

from __future__ import annotations

import copy
from email.errors import MessageDefect
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import Policy, compat32, default
from typing import Any

from mailsig.errors import MailsigError
from mailsig.flatten import flatten, parts_of

# LIMIT: the standard library walks, copies and writes a tree by recursion, with up to 6
# frames for each level, and Python allows 1000 frames. Real mail is under 20 levels deep.
MAX_TREE_DEPTH = 100

# What a message of this Python keeps in its instance, the policy aside: looking at one of
# these is looking at the tree.
_TREE_FIELDS = frozenset(vars(EmailMessage())) - {"policy"}

_State = tuple[Any, ...]
_Snapshot = tuple[_State, tuple[tuple[Message, _State], ...]]


class UnreadableTreeDefect(MessageDefect):
    """Too deep or too odd a structure for the standard library: the body is one text."""


class ParsedMessage(EmailMessage):
    """An ``EmailMessage`` that knows the octets it was made of.

    Made by ``parse``; the constructor gives an ordinary, empty message, which is what the
    methods of the class that make further parts expect of it.
    """

    @classmethod
    def of_octets(cls, octets: bytes, policy: Policy[Any]) -> ParsedMessage:
        """Return a message of these octets whose tree isn't built yet."""
        message = cls.__new__(cls)
        vars(message).update(policy=policy, _octets=octets, _octets_policy=policy)
        return message

    def __getattr__(self, name: str) -> Any:
        """Build the tree when one of its attributes is looked at for the first time."""
        if name in _TREE_FIELDS and self._build():
            return vars(self)[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute; where it belongs to the tree, of the tree."""
        if name in _TREE_FIELDS:
            self._build()
        super().__setattr__(name, value)

    def __copy__(self) -> ParsedMessage:
        """Return a shallow copy: as of any message, it shares the list of parts."""
        self._build()
        twin = type(self).__new__(type(self))
        vars(twin).update(vars(self))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> ParsedMessage:
        """Return a deep copy that has its tree: ``mailbox`` takes it out of there."""
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update(copy.deepcopy(self.__getstate__(), memo))
        twin._build()
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Return what a deep copy or a pickle needs: the octets, while they tell all."""
        unneeded = {"_snapshot"}
        if self.untouched_octets() is None:
            unneeded |= {"_octets", "_octets_policy"}
        else:
            unneeded |= _TREE_FIELDS
        return {name: value for name, value in vars(self).items() if name not in unneeded}

    def as_bytes(self, unixfrom: bool = False, policy: Policy[Any] | None = None) -> bytes:
        """Return the octets: those that came in while nothing was altered.

        With an argument, or under another policy than the message was parsed with, or
        altered: whatever the standard library writes.
        """
        if not unixfrom and policy is None:
            octets = self.untouched_octets()
            if octets is not None and self.policy is vars(self)["_octets_policy"]:
                return octets
        return super().as_bytes(unixfrom, policy)

    def untouched_octets(self) -> bytes | None:
        """Return the octets that came in, or None once the tree says something else."""
        fields = vars(self)
        octets: bytes | None = fields.get("_octets")
        snapshot: _Snapshot | None = fields.get("_snapshot")
        if octets is None or snapshot is None:
            return octets
        root, others = snapshot
        if _state(self) == root and all(_state(part) == state for part, state in others):
            return octets
        return None

    def _build(self) -> bool:
        """Build the tree unless it is there; say whether this message has octets at all."""
        fields = vars(self)
        if "_octets" not in fields:
            return False
        if "_snapshot" not in fields:
            root = _tree(fields["_octets"], fields["_octets_policy"])
            # Two threads may look first at the same time: all the fields are one winner's.
            snapshot, tree = fields.setdefault("_tree", (_snapshot(root), vars(root)))
            for name in _TREE_FIELDS:
                fields.setdefault(name, tree[name])
            fields.setdefault("_snapshot", snapshot)
            fields.pop("_tree", None)
        return True


def parse(source: bytes | bytearray | memoryview) -> EmailMessage:
    """Return the message of these octets as an ``EmailMessage``.

    Args:
        source: A whole message, any octets, any line ends. Copied unless it is ``bytes``.

    Returns:
        A message on which every method of ``email.message.EmailMessage`` works, under
        ``email.policy.default``. Its tree is built at the first look. As long as nobody
        altered it, ``as_bytes()`` returns exactly the octets of ``source``; altered, it
        writes what the standard library writes.

    Raises:
        MailsigError: ``source`` isn't octets. The octets themselves never raise.
    """
    if not isinstance(source, bytes | bytearray | memoryview):
        raise MailsigError(
            f"source must be bytes, bytearray or memoryview, got {type(source).__name__}"
        )
    return ParsedMessage.of_octets(bytes(source), default)


def octets_of(message: Message) -> tuple[bytes, bool] | None:
    """Return the octets of a message object, and whether they are the ones it came as.

    The second value is True for an unaltered message of ``parse``: offsets into the octets
    then mean something to the caller. Any other message is written out by ``flatten``; None
    says that it can't be, for example because its text doesn't fit its charset.
    """
    if isinstance(message, ParsedMessage):
        octets = message.untouched_octets()
        if octets is not None:
            return octets, True
    written = flatten(message)
    return None if written is None else (written, False)


def with_octets(message: Message, octets: bytes) -> EmailMessage:
    """Return an object for the output octets, under the policy of the input object.

    It is an ``EmailMessage`` whatever the input was. Under ``compat32`` the methods that
    need header objects or a content manager (``get_body``, ``iter_attachments``,
    ``get_content``) fail as they do for any ``EmailMessage`` under that policy; those of
    ``Message`` all work.
    """
    return ParsedMessage.of_octets(octets, message.policy)


def _state(part: Message) -> _State:
    """Return what the octets of one part are made of: by value, children by identity."""
    fields = vars(part)
    payload = fields.get("_payload")
    return (
        tuple(fields.get("_headers", ())),
        tuple(payload) if isinstance(payload, list) else payload,
        fields.get("preamble"),
        fields.get("epilogue"),
        fields.get("_default_type"),
        fields.get("_unixfrom"),
    )


def _snapshot(root: Message) -> _Snapshot:
    return _state(root), tuple(
        (part, _state(part)) for part in parts_of(root) if part is not root
    )


def _tree(octets: bytes, policy: Policy[Any]) -> Message:
    """Return the tree of these octets, as good as the standard library can make it."""
    # A strict policy would raise at the first defect; the defects are noted instead.
    lenient = policy.clone(raise_on_defect=False)
    # compat32 reads the few Content-Type fields that other policies trip over.
    root: Message
    for reader in (lenient, compat32):
        try:
            root = BytesParser(EmailMessage, policy=reader).parsebytes(octets)
        except Exception:  # RecursionError, and what its header parser raises on odd fields
            continue
        if _depth(root) <= MAX_TREE_DEPTH:
            break
    else:
        root = BytesParser(EmailMessage, policy=compat32).parsebytes(
            octets, headersonly=True
        )
        root.defects.append(UnreadableTreeDefect())
    for part in parts_of(root):
        part.policy = policy
    return root


def _depth(root: Message) -> int:
    depth, level = 0, [root]
    while level:
        level = [
            child
            for part in level
            if isinstance(payload := vars(part)["_payload"], list)
            for child in payload
        ]
        depth += 1
    return depth
