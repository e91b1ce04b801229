"""All decisions, in order, and nothing but decisions (those for a letter: ``letter``).

Pure: from the entities of a message to a list of edits, or to the reasons why
there is none. All or nothing: every rendering of the body is signed, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mailsig import bodies, dkim, fields, guard, images, letter, once, placing, writing
from mailsig import part as parts
from mailsig.edits import Edit
from mailsig.entity import Entity
from mailsig.header import field_value
from mailsig.options import POLICY_REASONS, Options
from mailsig.part import Part, Ranges
from mailsig.placing import Placing
from mailsig.reply import agree, disagree
from mailsig.reply.evidence import is_reply
from mailsig.result import FieldChange, Outcome, SignedPart, Skip, SkipReason
from mailsig.signature import Signature, with_content_ids

# Fields that a change of the body makes wrong (RFC 1864; a mailbox's own counts).
_STALE_FIELDS = frozenset({"content-md5", "content-length", "lines"})


@dataclass(slots=True)
class Plan:
    """What is to be done, and why not more."""

    outcome: Outcome = "unchanged"
    edits: list[Edit] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    signed: list[SignedPart] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)

    def take(self, out: fields.FieldEdits) -> None:
        """Add changes of header sections."""
        self.edits += out.edits
        self.changes += out.changes


class _SkippedError(Exception):
    def __init__(self, *skips: Skip) -> None:
        self.skips = skips


def handled(root: Entity, options: Options) -> Plan | None:
    """Return the plan for a message that somebody has handled already: none at all."""
    if options.handled_field is None:
        return None
    name, value = options.handled_field
    lower = name.lower()
    if lower not in root.header.names:
        return None
    wanted = value.lower().split()
    size = len(wanted)
    for entry, _ in root.named({lower}):
        words = field_value(root.raw, entry).lower().split()
        if any(words[at : at + size] == wanted for at in range(len(words))):
            return Plan(skipped=[Skip((), SkipReason.ALREADY_HANDLED, name)])
    return None


def sign(
    root: Entity,
    signature: Signature | None,
    options: Options,
    *,
    markers: bool,
    default: bool,
) -> Plan:
    """Plan the signature: at the marker (``markers``), in its place (``default``)."""
    if default and signature is not None:
        found = letter.sign(root, signature, options, markers=markers)
        if found is not None:
            edit, told = found
            plan = Plan("injected", [edit], [], [told], [])
            _drop_stale(root, plan)
            return plan
    try:
        return _Signing(root, signature, options).plan(markers, default)
    except _SkippedError as skipped:
        return Plan(skipped=list(skipped.skips))


def finish(root: Entity, plan: Plan, options: Options) -> Plan:
    """Add what a relay does beside: DKIM and ARC, dropped fields, the handled field."""
    out = fields.FieldEdits()
    stamped = options.handled_field is not None
    if options.handled_field is not None:
        name, value = options.handled_field
        fields.add_at_top(root, name, value, out)
    changed = plan.outcome != "unchanged"
    if changed:
        dkim.strip(root, options, out)
    if options.drop_fields:
        gone = {name.lower() for name in options.drop_fields}
        if changed and options.dkim == "rename":
            gone -= dkim.DKIM_FIELDS
        fields.remove(root, gone, out, _taken([*plan.edits, *out.edits]))
    if out.edits and not changed:
        plan.outcome = "stamped" if stamped else "stripped"
    # Insertions at one offset keep this order: the handled field is the first of all.
    plan.edits[:0] = out.edits
    plan.changes[:0] = out.changes
    return plan


def strip(root: Entity, options: Options) -> Plan:
    """Plan the removal of DKIM fields and the ARC chain, whatever else there is."""
    out = fields.FieldEdits()
    dkim.strip(root, options, out)
    if not out.edits:
        return Plan(skipped=[Skip((), SkipReason.NOTHING_TO_STRIP)])
    return Plan("stripped", out.edits, out.changes, [], [Skip((), SkipReason.NO_SIGNATURE)])


class _Signing:
    """The decisions for one message, in the order in which they are taken."""

    def __init__(self, root: Entity, signature: Signature | None, options: Options) -> None:
        self.root = root
        self.signature = signature
        self.options = options

    def plan(self, markers: bool, default: bool) -> Plan:
        """Return the plan.

        Raises:
            _SkippedError: Nothing is to be done, and why.
        """
        found, policy = self._bodies()
        reply = is_reply(self.root, decoded=False)
        runs = [self._read(slot, reply) for slot in found]
        if len(runs) > 1:
            self._cross_check(runs)
        authored = list(map(placing.authored_parts, runs))
        self._refuse_pgp(authored)
        if self.options.replies != "same":
            self._pick_variant(runs)
        if markers and self.options.marker:
            spans = [placing.find_markers(run, self.options.marker) for run in authored]
            if any(map(any, spans)):
                return self._at_markers(runs, spans)
        if policy:
            raise _SkippedError(*policy)
        if not default:
            raise _SkippedError(Skip((), SkipReason.MARKER_NOT_FOUND))
        if self.signature is None:
            raise _SkippedError(Skip((), SkipReason.NO_SIGNATURE))
        self._refuse_second(runs, authored, self.signature)
        if self.options.once_per_thread:
            self._refuse_second_in_thread(runs, self.signature)
        return self._written([self._default(run, self.signature) for run in runs])

    # -- which parts, and may they be touched

    def _bodies(self) -> tuple[list[bodies.Slot], list[Skip]]:
        policy = guard.header_reasons(self.root)
        if policy:
            hard = [skip for skip in policy if skip.reason not in POLICY_REASONS]
            if hard:
                raise _SkippedError(*hard)
        chosen = bodies.choose(self.root)
        if chosen.blocked is not None:
            raise _SkippedError(chosen.blocked)
        policy += chosen.policy
        if policy:
            policy = [skip for skip in policy if skip.reason not in self.options.allow]
        if not chosen.slots:
            none = Skip((), SkipReason.NO_TEXT_BODY, self.root.media_type[:80])
            raise _SkippedError(*(policy or chosen.passed or [none]))
        return chosen.slots, policy

    def _read(self, slot: bodies.Slot, reply: bool) -> list[Part]:
        run = []
        for entity in slot.segments:
            read = parts.read(entity, self.options, reply)
            if isinstance(read, Skip):
                raise _SkippedError(read)
            found = None if reply else read.boundary
            if found is not None and found.confidence == "low" and not self._answers:
                read.take(None)  # prose, memos and invoices look like a history as well
            run.append(read)
        return run

    @cached_property
    def _answers(self) -> bool:
        """Whether the mail answers or forwards another one."""
        return is_reply(self.root)

    def _cross_check(self, runs: Sequence[list[Part]]) -> None:
        """Let the text and the HTML of one body tell each other where the history is."""
        plain = [run[0] for run in runs if len(run) == 1 and not run[0].html]
        pages = [run[0] for run in runs if len(run) == 1 and run[0].html]
        if len(plain) == 1 and len(pages) == 1:
            text, page = plain[0], pages[0]
            if disagree(text.boundary, page.boundary):
                one, other = agree(
                    text.text,
                    text.boundary,
                    page.text,
                    page.tokens,
                    page.boundary,
                    answers=self._answers,
                )
                text.take(one)
                page.take(other)

    def _refuse_pgp(self, authored: Sequence[Sequence[Part]]) -> None:
        for run in authored:
            for part in run:
                shown = "" if part.page is None else part.page.shown
                zones = part.authored
                if guard.has_inline_pgp(part.text, zones, html=part.html, shown=shown):
                    raise _SkippedError(Skip(part.entity.path, SkipReason.INLINE_PGP))

    def _pick_variant(self, runs: Sequence[list[Part]]) -> None:
        history = any(part.boundary is not None for run in runs for part in run)
        if self.signature is None or not (history or self._answers):
            return
        none = self.options.replies == "none"
        self.signature = None if none else self.signature.reply or self.signature

    def _refuse_second(
        self,
        runs: Sequence[list[Part]],
        authored: Sequence[Sequence[Part]],
        signature: Signature,
    ) -> None:
        options = self.options
        places = [
            (part, placing.own_zones(part, signature, options))
            for run in authored
            for part in run
        ]
        if options.placement == "end":
            behind = (placing.place_behind(run, signature, options) for run in runs)
            places += filter(None, behind)
        for part, zones in places:
            if _is_signed(part, signature, zones):
                raise _SkippedError(Skip(part.entity.path, SkipReason.ALREADY_SIGNED))

    def _refuse_second_in_thread(
        self, runs: Sequence[list[Part]], signature: Signature
    ) -> None:
        for run in runs:
            for part in run:
                if _was_signed(part, signature):
                    path, detail = part.entity.path, "in the thread"
                    raise _SkippedError(Skip(path, SkipReason.ALREADY_SIGNED, detail))

    # -- where

    def _at_markers(
        self, runs: Sequence[list[Part]], spans: Sequence[Sequence[placing.Spans]]
    ) -> Plan:
        placings: list[Placing] = []
        for run, found in zip(runs, spans, strict=True):
            if any(found):
                placed = placing.at_marker(run, found, self.signature, self.options)
                if isinstance(placed, Skip):
                    raise _SkippedError(placed)
                placings += placed
            elif self.signature is not None and not any(
                _is_signed(
                    part,
                    self.signature,
                    placing.own_zones(part, self.signature, self.options),
                )
                for part in run
            ):
                placings.append(self._default(run, self.signature))
        plan = self._written(placings)
        if self.signature is None:
            plan.skipped.append(Skip((), SkipReason.NO_SIGNATURE))
        return plan

    def _default(self, run: list[Part], signature: Signature) -> Placing:
        placed = placing.in_default_place(run, signature, self.options)
        if isinstance(placed, Skip):
            raise _SkippedError(placed)
        return placed

    # -- what that means for the octets

    def _written(self, placings: Sequence[Placing]) -> Plan:
        plan = Plan("injected")
        signature = self.signature
        pictures = signature.images if signature is not None else ()
        ids = images.content_ids(self.root, pictures) if pictures else {}
        below: list[Edit] = []
        for placed in placings:
            part = placed.part
            wrapped = bool(pictures) and part.html and bool(placed.rule)
            edits = placed.edits
            if wrapped and images.tears_header(part.entity):
                raise _SkippedError(Skip(part.entity.path, *_TORN))
            if wrapped and signature is not None:
                own_text = placed.form.text
                edits = [(a, b, _with_ids(new, own_text, ids)) for a, b, new in edits]
            written = writing.write(part, edits, placed.form, wrapped)
            if written is None:
                path = part.entity.path
                raise _SkippedError(Skip(path, SkipReason.UNENCODABLE_SIGNATURE))
            own = written.field_edits
            below += written.edits
            if wrapped:
                own, tail = images.attach(part.entity, pictures, ids, part.newline, own)
                below.append(tail)
            plan.take(own)
            if placed.replaces:
                plan.outcome = "replaced"
            if placed.rule:
                plan.signed.append(_told(placed, written.charset))
        plan.edits += below
        _drop_stale(self.root, plan)
        return plan


def _drop_stale(root: Entity, plan: Plan) -> None:
    if _STALE_FIELDS.isdisjoint(root.header.names):
        return
    out = fields.FieldEdits()
    fields.remove(root, _STALE_FIELDS, out, _taken(plan.edits))
    plan.take(out)


_TORN = SkipReason.MALFORMED_STRUCTURE, "a line that is no field, where a picture comes"


def _taken(edits: Sequence[Edit]) -> set[int]:
    """Return where what some edit removes or replaces begins."""
    return {edit.start for edit in edits if edit.end > edit.start}


def _told(placed: Placing, charset: str) -> SignedPart:
    entity = placed.part.entity
    return SignedPart(
        entity.path,
        entity.media_type,
        placed.rule,
        placed.confidence,
        placed.offset,
        charset,
        placed.note,
    )


def _with_ids(new: str, own: str, ids: Mapping[str, str]) -> str:
    """Return the new text, the signature in it with its Content-IDs.

    What the author wrote beside a marker may show pictures of the same names.
    """
    before, found, after = new.rpartition(own)
    return before + with_content_ids(found, ids) + after


def _is_signed(part: Part, signature: Signature, zones: Ranges) -> bool:
    if part.html:
        tokens = part.first_tokens if zones == part.authored else part.tokens
        return once.is_signed_html(part.text, tokens, zones, signature, part.page)
    return once.is_signed_text(part.text, zones, signature)


def _was_signed(part: Part, signature: Signature) -> bool:
    if part.html:
        return once.was_signed_html(part.text, part.tokens, part.authored, signature)
    return once.was_signed_text(part.text, part.authored, signature)
