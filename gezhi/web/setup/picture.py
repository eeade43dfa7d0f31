"""A flow drawn as swim lanes: a lane per level, a column per step forward. Plain numbers; the template draws them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from gezhi.schemes.explain import Flow, Link, Node
from gezhi.schemes.model import CLOSED, Either, Scheme
from gezhi.web import wording

LEFT, TOP = 130, 12
COLUMN, LANE = 146, 112
WIDE, HIGH = 124, 62
LONGEST_TITLE = 8
LONGEST_LINE = 9
LONGEST_RETURN = 11
_INSET = 12  # from a lane's edge to its boxes
_CHANNELS = 2  # dashed ways that fit below the boxes of a lane
_DEPARTMENTS, _REPORTER, _OTHERS = "department", "reporter", "others"


@dataclass(frozen=True, slots=True)
class Lane:
    """A band of the picture."""

    title: str
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A step: where its box stands, and what stands in it. `returns` are the ways back, as words below it."""

    id: str
    title: str
    holder: str
    limit: str
    clause: str
    x: int
    y: int
    first: bool
    end: bool
    changed: bool
    returns: tuple[str, ...]

    @property
    def middle(self) -> int:
        """The x of its middle."""
        return self.x + WIDE // 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two steps, with its words."""

    path: str
    words: str
    x: int
    y: int
    by_system: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    backs: tuple[Arrow, ...]
    says: str


def draw(scheme: Scheme, flow: Flow, changed: Collection[str] = ()) -> Picture:
    """Place a flow's steps in lanes and columns, and its ways between them; `changed` steps are marked."""
    columns = _columns(flow)
    lanes = _lanes(scheme, flow)
    used = [lane for lane in _order(scheme) if lane in lanes.values()]
    spots = _spots(flow.nodes, columns, lanes, used)
    joined = _joined(flow.links)
    ahead, back = _sorted_ways(joined, columns)
    returns, backs = _Ways(spots, used).back(back)
    boxes = tuple(
        _box(node, spots[node.id], flow, returns.get(node.id, ()), changed=node.id in changed) for node in flow.nodes
    )
    return Picture(
        width=LEFT + COLUMN * (max(x for x, _ in spots.values()) + 1),
        height=2 * TOP + LANE * len(used) - 8,
        lanes=tuple(Lane(_lane_title(scheme, lane), TOP + LANE * at) for at, lane in enumerate(used)),
        boxes=boxes,
        arrows=tuple(_arrow(spots[source], spots[target], links) for (source, target), links in ahead.items()),
        backs=backs,
        says=gettext("%(flow)s: %(steps)s. The tables below say the same.")
        % {"flow": wording.say(flow.title), "steps": gettext(", ").join(box.title for box in boxes)},
    )


def _columns(flow: Flow) -> dict[str, int]:
    """Return each step's column: the longest way forward that leads there; what closes a circle is left out."""
    out: dict[str, list[str]] = {}
    for link in flow.links:
        if not link.back and link.source not in (link.target, CLOSED):
            out.setdefault(link.source, []).append(link.target)
    ordered = _ordered([node.id for node in flow.nodes if node.first] or [flow.nodes[0].id], out)
    place = {step: at for at, step in enumerate(ordered)}
    columns = dict.fromkeys(ordered, 0)
    for step in ordered:
        for target in out.get(step, ()):
            if place[target] > place[step]:
                columns[target] = max(columns[target], columns[step] + 1)
    last = max(columns.values(), default=0)
    columns[CLOSED] = max((column for step, column in columns.items() if step != CLOSED), default=0) + 1
    return {node.id: columns.get(node.id, last) for node in flow.nodes}


def _ordered(starts: Sequence[str], out: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what can be reached, each before what follows it, as far as circles allow."""
    seen: set[str] = set()
    done: list[str] = []

    def visit(step: str) -> None:
        seen.add(step)
        for target in out.get(step, ()):
            if target not in seen:
                visit(target)
        done.append(step)

    for start in starts:
        if start not in seen:
            visit(start)
    return done[::-1]


def _order(scheme: Scheme) -> tuple[str, ...]:
    return (_DEPARTMENTS, *scheme.levels, _OTHERS, _REPORTER)


def _lanes(scheme: Scheme, flow: Flow) -> dict[str, str]:
    """Return each step's lane: the level of the post that holds it, the departments, the reporter."""
    steps = scheme.procedures[flow.id].steps
    return {node.id: _lane(scheme, steps[node.id].holder) if node.id in steps else _REPORTER for node in flow.nodes}


def _lane(scheme: Scheme, holder: Either) -> str:
    words = [one.value for one in holder]
    posts = [scheme.posts[word].at for word in words if word in scheme.posts]
    if posts:
        return _DEPARTMENTS if posts[0] == "department" else posts[0]
    if "reporter" in words:
        return _REPORTER
    departments = any(word == "department" or word.startswith(("answer.", "department:")) for word in words)
    return _DEPARTMENTS if departments else _OTHERS


def _lane_title(scheme: Scheme, lane: str) -> str:
    known = {_DEPARTMENTS: gettext("Departments"), _REPORTER: gettext("Residents"), _OTHERS: gettext("As it came in")}
    return known[lane] if lane in known else wording.say(scheme.levels[lane].title)


def _spots(
    nodes: Iterable[Node], columns: Mapping[str, int], lanes: Mapping[str, str], used: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Return each step's column and row; two never share a spot."""
    taken: set[tuple[int, int]] = set()
    spots = {}
    for node in sorted(nodes, key=lambda one: columns[one.id]):
        spot = columns[node.id], used.index(lanes[node.id])
        while spot in taken:
            spot = spot[0] + 1, spot[1]
        taken.add(spot)
        spots[node.id] = spot
    return spots


def _joined(links: Iterable[Link]) -> dict[tuple[str, str], list[Link]]:
    """Return the links between each two steps together: one arrow, several words."""
    found: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.source != link.target:
            found.setdefault((link.source, link.target), []).append(link)
    return found


type Joined = Mapping[tuple[str, str], Sequence[Link]]


def _sorted_ways(joined: Joined, columns: Mapping[str, int]) -> tuple[dict[tuple[str, str], list[Link]], list[Link]]:
    """Return the ways forward, those between two steps together, and the ways back."""
    ahead: dict[tuple[str, str], list[Link]] = {}
    back: list[Link] = []
    for (source, target), links in joined.items():
        for link in links:
            if link.back or columns[target] <= columns[source]:
                back.append(link)
            else:
                ahead.setdefault((source, target), []).append(link)
    return ahead, back


class _Ways:
    """The dashed ways back. One that has a single end and room is an arrow; others are words below their box."""

    def __init__(self, spots: Mapping[str, tuple[int, int]], lanes: Sequence[str]) -> None:
        self.spots = spots
        self.taken = set(spots.values())
        self.channels = dict.fromkeys(range(len(lanes)), 0)
        self.incoming: dict[str, int] = {}

    def back(self, links: Iterable[Link]) -> tuple[dict[str, tuple[str, ...]], tuple[Arrow, ...]]:
        """Return the words per step, and the arrows."""
        ends: dict[tuple[str, str], list[Link]] = {}
        for link in links:
            ends.setdefault((link.source, link.action), []).append(link)
        words: dict[str, dict[str, None]] = {}
        arrows = []
        for (source, _), found in ends.items():
            arrow = self._arrow(found[0]) if len({link.target for link in found}) == 1 else None
            if arrow is not None and source not in words:
                arrows.append(arrow)
            else:
                words.setdefault(source, {})[_cut(f"↩ {_bounded(found[0])}", LONGEST_RETURN)] = None
        return {step: tuple(said) for step, said in words.items()}, tuple(arrows)

    def _arrow(self, link: Link) -> Arrow | None:
        (column, lane), (to_column, to_lane) = self.spots[link.source], self.spots[link.target]
        between = range(min(lane, to_lane) + 1, max(lane, to_lane))
        blocked = any((to_column, one) in self.taken for one in between)
        if blocked or self.channels[lane] >= _CHANNELS or column == to_column:
            return None
        level = self.channels[lane]
        self.channels[lane] += 1
        turn = self.incoming.get(link.target, 0)
        self.incoming[link.target] = turn + 1
        (sx, sy), (tx, ty) = _corner((column, lane)), _corner((to_column, to_lane))
        down, along = sx + 22, sy + HIGH + 14 + 14 * level
        end = tx + WIDE - 20 - 12 * turn
        turned, edge = (6, ty - 2) if to_lane > lane else (-6, ty + HIGH + 2)
        path = f"M{down} {sy + HIGH}V{along - 6}q0 6-6 6H{end + 6}q-6 0-6 {turned}V{edge}"
        return Arrow(path, _cut(_bounded(link), LONGEST_RETURN), (down + end) // 2, along + 4)


def _arrow(source: tuple[int, int], target: tuple[int, int], links: Sequence[Link]) -> Arrow:
    """Return an arrow: up and then along to the next column, straight in one lane, else along and then across."""
    (sx, sy), (tx, ty) = _corner(source), _corner(target)
    words = _cut(" / ".join(dict.fromkeys(wording.say(link.title) for link in links)))
    middle, half = HIGH // 2, WIDE // 2
    if ty < sy and target[0] == source[0] + 1:
        path = f"M{sx + half} {sy}V{ty + middle + 8}q0-8 8-8H{tx - 2}"
        x, y = sx + half + 10, ty + middle - 8
        words = _cut(words, 6)
    elif ty == sy:
        path, x, y = f"M{sx + WIDE} {sy + middle}H{tx - 2}", sx + WIDE + 8, sy + middle - 8
    else:
        edge = ty - 2 if ty > sy else ty + HIGH + 2
        turn = 8 if ty > sy else -8
        path = f"M{sx + WIDE} {sy + middle}H{tx + half - 8}q8 0 8 {turn}V{edge}"
        x, y = sx + WIDE + 8, sy + middle - 8
    return Arrow(path, words, x, y, by_system=all(link.by_system for link in links))


def _box(node: Node, spot: tuple[int, int], flow: Flow, returns: tuple[str, ...], *, changed: bool) -> Box:
    x, y = _corner(spot)
    limit = wording.say(flow.limit if node.id == CLOSED else node.limit)
    return Box(
        id=node.id,
        title=_cut(wording.say(node.title), LONGEST_TITLE),
        holder=_cut(gettext("whole matter") if node.id == CLOSED else wording.say(node.holder), LONGEST_LINE),
        limit=_cut(limit, LONGEST_LINE),
        clause=node.clause.split()[0] if node.clause else "",
        x=x,
        y=y,
        first=node.first,
        end=node.id == CLOSED,
        changed=changed,
        returns=returns[:2],
    )


def _corner(spot: tuple[int, int]) -> tuple[int, int]:
    return LEFT + COLUMN * spot[0], TOP + LANE * spot[1] + _INSET


def _bounded(link: Link) -> str:
    words = {"action": wording.say(link.title), "n": link.times}
    return gettext("%(action)s, at most %(n)d times") % words if link.times else wording.say(link.title)


def _cut(words: str, most: int = 14) -> str:
    """Cut words to a width counted in Chinese characters; a Latin letter is half as wide."""
    width, kept = 0.0, ""
    for letter in words:
        width += 1 if ord(letter) > 0x2E80 else 0.55
        if width > most:
            return kept + "…"
        kept += letter
    return kept
