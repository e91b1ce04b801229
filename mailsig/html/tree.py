"""The state of a browser's tree construction (WHATWG HTML, 13.2.4), without the tree.

Kept are the open elements, the active formatting elements and the insertion mode: enough to
know where a block would land and what it would do to everything after it. The rules that
move this state are in ``rules`` and the modules named ``…_rules``; ``walk`` feeds them with
tokens.

An open element is a tuple of its identity, name, traits and the token that made it. The
identity of an element depends on nothing but that token, so two states can be compared.
Elements of svg and math are named ``svg path``: no tag can have such a name. `work` counts
what the specification does in more than constant time; beyond a bound the state is `lost`,
and no answer is given any more.
"""

from __future__ import annotations

from typing import Final

from mailsig.html.elements import (
    IMPLIED,
    INLINE_STYLE,
    SCOPE,
    SHUT,
    SPECIAL,
    TABLE_PARTS,
)
from mailsig.html.lexer import Token, attributes

Node = tuple[int, str, int, int]
"""Identity, name, traits of it and of the elements around it, index of its token."""

P: Final = 1
"""A paragraph is open that a block would end ("in button scope")."""
LINK: Final = 2
FORMAT: Final = 4
CLOSED: Final = 8
"""In an element of ``SHUT``, or in svg or math."""
HIDDEN: Final = 16
FOREIGN: Final = 32

MARK: Final[Node] = (0, "", 0, -1)
"""The marker in the list of active formatting elements."""

(INITIAL, BEFORE_HTML, BEFORE_HEAD, IN_HEAD, HEAD_NOSCRIPT, AFTER_HEAD, IN_BODY, TEXT,
 IN_TABLE, IN_CAPTION, IN_COLUMNS, IN_TABLE_BODY, IN_ROW, IN_CELL, IN_SELECT,
 IN_SELECT_IN_TABLE, AFTER_BODY, AFTER_AFTER_BODY, FRAMESET) = range(19)  # fmt: skip

_RESET = {
    "select": IN_SELECT, "td": IN_CELL, "th": IN_CELL, "tr": IN_ROW,
    "tbody": IN_TABLE_BODY, "thead": IN_TABLE_BODY, "tfoot": IN_TABLE_BODY,
    "caption": IN_CAPTION, "colgroup": IN_COLUMNS, "table": IN_TABLE, "body": IN_BODY,
}  # fmt: skip
_BUTTON_SCOPE = SCOPE | {"button"}
_MOST_WORK = 400_000


def _traits() -> dict[str, tuple[int, int]]:
    """Name to the traits that it keeps of those around it, and those that it adds."""
    table: dict[str, tuple[int, int]] = {"p": (~0, P)}
    table |= {name: (~0, FORMAT) for name in INLINE_STYLE}
    table |= {name: (~0, CLOSED) for name in SHUT}
    for name in _BUTTON_SCOPE:
        table[name] = ~P, table.get(name, (0, 0))[1]
    table["a"] = ~0, LINK | FORMAT
    return table


TRAITS = _traits()
_PLAIN = (~0, 0)


class Tree:
    """The state at one place of the text; see the module."""

    __slots__ = (
        "active", "back", "form", "foster", "frames_ok", "head", "hidden", "live", "log",
        "lost", "made", "mode", "quirks", "stack", "text", "token", "tokens", "work",
    )  # fmt: skip

    def __init__(self, text: str, tokens: list[Token], hidden: frozenset[int]) -> None:
        self.text = text
        self.tokens = tokens
        self.hidden = hidden
        self.token = 0
        self.made = 1
        self.mode = self.back = INITIAL
        self.stack: list[Node] = []
        self.active: list[Node] = []
        self.live: set[int] = set()
        self.form: int | None = None
        self.head: Node | None = None
        self.quirks = True
        self.foster = False
        self.frames_ok = True
        self.log: list[tuple[object, ...]] | None = None
        self.work = 0
        self.lost = False

    def fork(self) -> Tree:
        """Return a state of its own that is the same."""
        other = Tree(self.text, self.tokens, self.hidden)
        # PERF (reply 30 KB): written out, half the time of a loop over the slots.
        other.token, other.made, other.mode, other.back = (
            self.token, self.made, self.mode, self.back
        )  # fmt: skip
        other.form, other.head, other.quirks = self.form, self.head, self.quirks
        other.foster, other.frames_ok = self.foster, self.frames_ok
        other.log, other.work, other.lost = self.log, self.work, self.lost
        other.stack = self.stack.copy()
        other.active = self.active.copy()
        other.live = self.live.copy()
        return other

    def key(self) -> tuple[object, ...]:
        """Return what decides about all that follows; equal keys, equal futures."""
        live = self.live
        return (
            self.mode, self.back, self.form, self.quirks, self.head,
            [node[0] for node in self.stack],
            [node[0] if node[0] in live else -1 - node[3] for node in self.active],
        )  # fmt: skip

    def charge(self, steps: int) -> None:
        """Count work that a hostile text could ask for again and again."""
        self.work += steps
        if self.work > _MOST_WORK:
            self.lost = True

    # --- the stack of open elements

    def where(self) -> object:
        """Return where a node goes: into which element (identity), or before a table."""
        if self.foster and self.stack[-1][1] in TABLE_PARTS:
            for node in reversed(self.stack):
                if node[1] == "table":
                    return ("before", node[0])
        return self.stack[-1][0] if self.stack else None

    def note(self, what: str, where: object = None) -> None:
        """Write down that something changes in the tree."""
        if self.log is not None:
            self.log.append((what, self.where() if where is None else where))

    def create(self, name: str) -> int:
        """Make an element for the tree, not among the open ones; return its identity."""
        self.made += 1
        if self.log is not None:
            self.log.append((name, self.made, self.where()))
        return self.made

    def insert(self, name: str, more: int = 0) -> Node:
        """Create an element and open it."""
        stack = self.stack
        if self.log is not None:
            self.log.append((name, self.made + 1, self.where()))
        if self.hidden and self.is_hidden(self.token, name):
            more |= HIDDEN
        self.made = made = self.made + 1
        kept, added = TRAITS.get(name, _PLAIN)
        around = stack[-1][2] if stack else 0
        node = made, name, around & kept | added | more, self.token
        stack.append(node)
        return node

    def is_hidden(self, token: int, name: str) -> bool:
        """Whether the tag that made an element of this name hides it."""
        if token < 0 or self.tokens[token][1] not in self.hidden:
            return False
        return self.tokens[token][3] == name

    def pop(self) -> Node:
        """Close the current element."""
        node = self.stack.pop()
        self.live.discard(node[0])
        return node

    def pop_to(self, name: str) -> None:
        """Close elements up to and with the innermost one of a name."""
        while self.pop()[1] != name:
            pass

    def has(self, name: str, limits: frozenset[str] = SCOPE) -> bool:
        """Whether an element is open in scope."""
        steps = 0
        for node in reversed(self.stack):
            if node[1] == name:
                return True
            if node[1] in limits:
                break
            steps += 1
        self.charge(steps)
        return False

    def imply_ends(self, but: str = "") -> None:
        """Close the elements whose end tags are implied, except those of one name."""
        while self.stack[-1][1] in IMPLIED and self.stack[-1][1] != but:
            self.pop()

    def close_p(self) -> None:
        """Close an open paragraph that is in button scope."""
        if self.stack[-1][2] & P:
            self.pop_to("p")

    def rebuild(self, index: int) -> None:
        """Work out the traits anew from an index on, after the stack changed inside."""
        stack = self.stack
        self.charge(len(stack) - index + 1)
        for i in range(index, len(stack)):
            ident, name, _, token = stack[i]
            kept, added = TRAITS.get(name, _PLAIN)
            if " " in name:
                added = CLOSED | FOREIGN
            own = HIDDEN if self.hidden and self.is_hidden(token, name) else 0
            stack[i] = ident, name, stack[i - 1][2] & kept | added | own, token

    def reset_mode(self) -> None:
        """Set the insertion mode that fits the open elements."""
        for node in reversed(self.stack):
            if node[1] in _RESET:
                self.mode = _RESET[node[1]]
                return
        self.mode = IN_BODY

    # --- the list of active formatting elements

    def reconstruct(self) -> None:
        """Open again the formatting elements that were cut off."""
        active, live = self.active, self.live
        if not active or active[-1] is MARK or active[-1][0] in live:
            return
        first = len(active) - 1
        while first and active[first - 1] is not MARK and active[first - 1][0] not in live:
            first -= 1
        self.charge(2 * (len(active) - first))
        for i in range(first, len(active)):
            if self.lost:
                return
            self.activate(self.clone(active[i]), i)

    def clone(self, node: Node) -> Node:
        """Insert a copy of a formatting element."""
        token, self.token = self.token, node[3]
        copy = self.insert(node[1])
        self.token = token
        return copy

    def activate(self, node: Node, index: int) -> None:
        """Put an open formatting element into the list."""
        self.active[index] = node
        self.live.add(node[0])

    def format(self, name: str) -> None:
        """Insert a formatting element; at most three alike stay in the list."""
        node = self.insert(name)
        alike: list[int] = []
        for i in range(len(self.active) - 1, -1, -1):
            if self.active[i] is MARK:
                break
            if self.active[i][1] == name:
                alike.append(i)
        if len(alike) >= 3:
            self.charge(10 * len(alike))
            mine = self.attributes_of(node)
            alike = [i for i in alike if self.attributes_of(self.active[i]) == mine]
            if len(alike) >= 3:
                del self.active[alike[-1]]
        self.charge(len(self.active) >> 3)
        self.active.append(node)
        self.live.add(node[0])

    def attributes_of(self, node: Node) -> dict[str, str]:
        """Return the attributes of the tag that made an element."""
        return attributes(self.text, self.tokens[node[3]]) if node[3] >= 0 else {}

    def find_active(self, name: str) -> Node | None:
        """Return the last active formatting element of a name, up to the last marker."""
        for i in range(len(self.active) - 1, -1, -1):
            if self.active[i] is MARK:
                return None
            if self.active[i][1] == name:
                self.charge((len(self.active) - i) >> 3)
                return self.active[i]
        self.charge(len(self.active) >> 3)
        return None

    def clear_active(self) -> None:
        """Drop the active formatting elements up to the last marker."""
        while self.active and self.active.pop() is not MARK:
            pass

    def deactivate(self, node: Node) -> None:
        """Take an element out of the list."""
        for i in range(len(self.active) - 1, -1, -1):
            if self.active[i][0] == node[0]:
                del self.active[i]
                return

    def remove(self, node: Node) -> None:
        """Take an element out of the middle of the stack (those in it stay in it)."""
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i][0] == node[0]:
                del self.stack[i]
                self.live.discard(node[0])
                self.charge((len(self.stack) - i) >> 3)
                return

    def furthest_block(self, index: int) -> int | None:
        """Return the first special element above an index of the stack."""
        for i in range(index + 1, len(self.stack)):
            if self.stack[i][1] in SPECIAL:
                return i
        return None
