"""The adoption agency: end tags of formatting elements (WHATWG HTML, 13.2.6.4.7)."""

from __future__ import annotations

from mailsig.html.elements import SPECIAL, TABLE_PARTS
from mailsig.html.tree import Node, Tree


def end_formatting(tree: Tree, name: str) -> bool:
    """Close a formatting element; False: it is for the rule of ordinary end tags."""
    for _ in range(8):
        formatting = tree.find_active(name)
        if formatting is None:
            return False
        if formatting[0] not in tree.live:
            tree.deactivate(formatting)
            return True
        if not tree.has(name):
            return False
        if tree.lost or _adopt(tree, formatting):
            return True
    return True


def _adopt(tree: Tree, formatting: Node) -> bool:
    """Do one round; True: no block stands in the element, all is done."""
    stack = tree.stack
    at = _index(stack, formatting)
    furthest = tree.furthest_block(at)
    tree.charge(len(stack) - at)
    if furthest is None:
        while tree.pop()[0] != formatting[0]:
            pass
        tree.deactivate(formatting)
        return True
    ancestor, block = stack[at - 1], stack[furthest]
    bookmark = _index(tree.active, formatting)
    last, bookmark = _climb(tree, formatting, block, bookmark)
    foster = tree.foster
    tree.foster = ancestor[1] in TABLE_PARTS
    tree.note(f"move {last[0]} to {ancestor[0]}", 0)
    tree.foster = foster
    tree.note(f"children of {block[0]}", 0)
    tree.made += 1
    clone = (tree.made, formatting[1], formatting[2], formatting[3])
    tree.note(f"adopted {clone[0]} {clone[1]} in {block[0]}", 0)
    was = _index(tree.active, formatting)
    del tree.active[was]
    tree.active.insert(bookmark, clone)
    tree.remove(formatting)
    tree.live.add(clone[0])
    stack.insert(_index(stack, block) + 1, clone)
    tree.rebuild(at)
    return False


def _climb(tree: Tree, formatting: Node, block: Node, bookmark: int) -> tuple[Node, int]:
    """Copy up to three formatting elements between the block and the element."""
    stack = tree.stack
    last = block
    at = _index(stack, block)
    for _ in range(3):
        at -= 1
        node = stack[at]
        where = _index(tree.active, node)
        if where < 0:
            del stack[at]
            tree.live.discard(node[0])
            continue
        if node[0] == formatting[0]:
            break
        if last[0] == block[0]:
            bookmark = where + 1
        tree.made += 1
        clone = (tree.made, node[1], node[2], node[3])
        tree.active[where] = stack[at] = clone
        tree.live.discard(node[0])
        tree.live.add(clone[0])
        tree.note(f"move {last[0]} to copy {clone[0]} {clone[1]}", 0)
        last = clone
    return last, bookmark


def _index(nodes: list[Node], node: Node) -> int:
    """Return the index of an element, from the end; -1: it isn't there."""
    for i in range(len(nodes) - 1, -1, -1):
        if nodes[i][0] == node[0]:
            return i
    return -1


def end_other(tree: Tree, name: str) -> None:
    """Close the innermost element of a name, unless a special element stands in between.

    As in html5lib, an element of svg or math counts by its own name.
    """
    if tree.stack[-1][1] == name:
        tree.pop()
        return
    steps = 0
    for node in reversed(tree.stack):
        if node[1] == name or node[1].partition(" ")[2] == name:
            tree.imply_ends(name)
            while tree.pop()[0] != node[0]:
                pass
            return
        if node[1] in SPECIAL:
            break
        steps += 1
    tree.charge(steps)
