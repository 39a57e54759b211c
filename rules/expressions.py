"""Guards and worked-out values of process files: small expressions over the facts of a ticket.

Jinja's grammar behind a list of what is allowed: names and their fields, literals, comparisons,
and, or, not, in, + and -, `is none`, `|lower`. No powers, products or calls, so that none takes
long, and every name is checked when the file is loaded. What is absent is none and compares as
nothing: it is equal to none alone, and neither above nor below anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateError
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from rules.faults import did_you_mean

LONGEST_SOURCE = 500
_LONGEST_TEXT = 200
_MOST_DIGITS = 12
_MOST_NODES = 100
_ALLOWED = (
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Tuple,
    nodes.List,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Test,
    nodes.Filter,
)
_TESTS = frozenset({"none"})
_FILTERS = frozenset({"lower"})

Names = Mapping[str, object]
"""What may be named: a mapping for a record, the set of the words it can be, or None for any."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why an expression cannot be used, and the way to mend it."""

    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value; None with an error text where it could not be worked out."""

    value: object
    error: str = ""


class Expression:
    """An expression that was checked. Evaluating it never raises."""

    def __init__(
        self, source: str, names: frozenset[str], literals: Mapping[str, object], template: Template
    ) -> None:
        self.source = source
        self.names = names
        """Those that it asks about: `quote` of quote.status."""
        self._literals, self._template = literals, template

    def evaluate(self, facts: Mapping[str, object]) -> object:
        """Its value; None where it cannot be worked out."""
        return self.outcome(facts).value

    def holds(self, facts: Mapping[str, object]) -> bool:
        return bool(self.evaluate(facts))

    def may_hold(self, facts: Mapping[str, object]) -> bool:
        """Whether it holds, or cannot be worked out: an amount that nobody knows is above every
        limit."""
        outcome = self._worked_out({name: _questioned(facts.get(name)) for name in self.names})
        return bool(outcome.error or outcome.value)

    def outcome(self, facts: Mapping[str, object]) -> Outcome:
        return self._worked_out({name: _comparable(facts.get(name)) for name in self.names})

    def _worked_out(self, known: Mapping[str, object]) -> Outcome:
        known = {**known, **self._literals}
        try:
            context = self._template.new_context(known)
            for _ in self._template.root_render_func(context):
                pass
            value = context.vars["result"]
        except (TypeError, ValueError, ArithmeticError, LookupError, TemplateError) as error:
            return Outcome(None, f"{self.source}: {error}")
        return Outcome(None if isinstance(value, _Absent) else value)


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """The expression of a file that was loaded, its names unchecked.

    Raises:
        ValueError: it is none; loading would have said so.
    """
    compiled = compile_guard(source, None)
    if isinstance(compiled, Mistake):
        raise ValueError(f"{source}: {compiled.message}")
    return compiled


def compile_guard(source: str, names: Names | None) -> Expression | Mistake:
    """The expression, or what is wrong with it. `names`: what it may name; None: anything."""
    if len(source) > LONGEST_SOURCE:
        return Mistake(
            f"an expression of more than {LONGEST_SOURCE} characters",
            "Split it into several guards.",
        )
    try:
        tree = _ENVIRONMENT.parse_alone(source)
        mistake = _first_mistake(tree, names)
        return mistake or _compiled(source, tree)
    except TemplateError as error:
        return Mistake(f"not an expression: {error.message}", "Compare names: status == 'open'.")
    except (RecursionError, SyntaxError, MemoryError):
        return Mistake("an expression too deep to read", "Take out brackets.")


def _compiled(source: str, tree: nodes.Expr) -> Expression:
    literals = _Literals()
    tree = literals.visit(tree)
    tree.set_environment(_ENVIRONMENT)
    used = frozenset(node.name for node in _all(tree, nodes.Name)) - literals.values.keys()
    body = nodes.Assign(nodes.Name("result", "store"), tree, lineno=1)
    template = _ENVIRONMENT.from_string(nodes.Template([body], lineno=1))
    return Expression(source, used, literals.values, template)


# --- what may stand in one ---------------------------------------------------------------------


def _all(tree: nodes.Node, kind: type[Any]) -> Iterator[Any]:
    if isinstance(tree, kind):
        yield tree
    for child in tree.iter_child_nodes():
        yield from _all(child, kind)


def _first_mistake(tree: nodes.Expr, names: Names | None) -> Mistake | None:
    parts = list(_all(tree, nodes.Node))
    if len(parts) > _MOST_NODES:
        return Mistake("an expression of too many parts", "Split it into several guards.")
    checks: list[Callable[[nodes.Node], Mistake | None]] = [_allowed, _bounded]
    if names is not None:
        checks += [lambda part: _known(part, names), lambda part: _possible(part, names)]
        inner = {id(part.node) for part in parts if isinstance(part, nodes.Getattr)}
        checks.append(lambda part: None if id(part) in inner else _whole(part, names))
    return next((m for check in checks for part in parts if (m := check(part))), None)


def _allowed(part: nodes.Node) -> Mistake | None:
    fine = isinstance(part, _ALLOWED)
    if isinstance(part, nodes.Test):
        fine = part.name in _TESTS
    elif isinstance(part, nodes.Filter):
        fine = part.name in _FILTERS
    if fine:
        return None
    return Mistake(
        f"{type(part).__name__.lower()} is not allowed in an expression",
        "Use names, literals, comparisons, and, or, not, in, + and -.",
    )


def _bounded(part: nodes.Node) -> Mistake | None:
    if not isinstance(part, nodes.Const):
        return None
    if isinstance(part.value, str) and len(part.value) > _LONGEST_TEXT:
        return Mistake(f"a text of more than {_LONGEST_TEXT} characters", "Shorten it.")
    if isinstance(part.value, int | float) and abs(part.value) >= 10**_MOST_DIGITS:
        return Mistake(f"a number of more than {_MOST_DIGITS} digits", "Write a smaller one.")
    return None


def _path(part: nodes.Node) -> tuple[str, ...] | None:
    """organisation.segment as its two names; None for what is no name."""
    if isinstance(part, nodes.Name):
        return (part.name,)
    if isinstance(part, nodes.Getattr) and (before := _path(part.node)):
        return (*before, part.attr)
    return None


def _known(part: nodes.Node, names: Names) -> Mistake | None:
    path = _path(part)
    if path is None:
        return None
    known: object = names
    for step in path:
        if not isinstance(known, Mapping):
            return Mistake(f"{'.'.join(path[:-1])} has no fields", "Name it without the dot.")
        if step not in known:
            return Mistake(f"unknown name {'.'.join(path)}", did_you_mean(step, known))
        known = known[step]
    return None


def _whole(part: nodes.Node, names: Names) -> Mistake | None:
    """A record by itself says nothing."""
    path = _path(part)
    meaning = _meaning(path, names) if path else None
    if path is None or not isinstance(meaning, Mapping):
        return None
    fields = ", ".join(f"{'.'.join(path)}.{name}" for name in meaning)
    return Mistake(f"{'.'.join(path)} has fields, and is no value itself", f"Name one: {fields}.")


def _meaning(path: tuple[str, ...], names: Names) -> object:
    known: object = names
    for step in path:
        known = known.get(step) if isinstance(known, Mapping) else None
    return known


def _possible(part: nodes.Node, names: Names) -> Mistake | None:
    """A literal that what it is compared with can never be."""
    if not isinstance(part, nodes.Compare):
        return None
    sides = [part.expr, *(operand.expr for operand in part.ops)]
    sets = [_meaning(path, names) for side in sides if (path := _path(side))]
    words = [const.value for side in sides for const in _all(side, nodes.Const)]
    for possible in sets:
        if not isinstance(possible, frozenset):
            continue
        for word in words:
            if isinstance(word, str) and word not in possible:
                return Mistake(f"it is never '{word}'", did_you_mean(word, possible))
    return None


# --- how it is worked out ----------------------------------------------------------------------


class _Absent:
    """What no fact says: equal to none alone, neither above nor below anything, empty."""

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, _Absent)

    def __hash__(self) -> int:
        return hash(None)

    def _never(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _never

    def __bool__(self) -> bool:
        return False

    def _nothing(self, *_: object) -> _Absent:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __neg__ = _nothing

    def __str__(self) -> str:
        return ""


_ABSENT = _Absent()


class _Unknown(_Absent):
    """The same where nothing may be missed: nobody can say what it is above, below or in."""

    def _cannot_be_said(self, _: object) -> bool:
        raise LookupError("what it is compared with is not known")

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _cannot_be_said
    __hash__ = _Absent.__hash__


_UNKNOWN = _Unknown()


class _Questioned(dict[str, object]):
    """A record in which what is missing is unknown."""

    def get(self, name: str, _: object = None) -> object:
        return _questioned(super().get(name))


def _questioned(value: object) -> object:
    if value is None:
        return _UNKNOWN
    return _Questioned(value) if isinstance(value, Mapping) else _comparable(value)


def _comparable(value: object) -> object:
    """As it is compared: amounts by their number, nothing as nothing."""
    if value is None:
        return _ABSENT
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Decimal):
        return value[0]
    return value


class _Literals(NodeTransformer):
    """Numbers with a point become exact: as binary fractions they equal no amount."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:
        if not isinstance(node.value, float):
            return node
        name = f"literal_{len(self.values)}_"
        self.values[name] = Decimal(repr(node.value))
        return nodes.Name(name, "load", lineno=node.lineno)


class _Environment(SandboxedEnvironment):
    """Dots reach into mappings alone: no attribute of any object can be named."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return _comparable(obj.get(attribute))
        return obj if isinstance(obj, _Absent) else _ABSENT

    def parse_alone(self, source: str) -> nodes.Expr:
        """The expression, and nothing after it.

        Raises:
            TemplateError: it is none.
        """
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("something follows that does not belong to it")
        return expression


def _is_none(value: object) -> bool:
    return value is None or isinstance(value, _Absent)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


_ENVIRONMENT = _Environment()
_ENVIRONMENT.tests["none"] = _is_none
_ENVIRONMENT.filters["lower"] = _lower
_ENVIRONMENT.globals.clear()
