"""The small faults that `bench.mutants` puts into a module, one node of its syntax tree each.

Left alone are texts for people and for the log, docstrings, annotations and decorators.
"""

import ast
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

Key = tuple[str, int]

OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OTHER_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# What the table of masking could say by mistake: more is seen.
OPENED_MASK = {"Mask": "OPEN"}
FULL_SIGHTS = dict.fromkeys(("NO_SIGHT", "_VILLAGE", "_SUBDISTRICT", "_ABOVE"), "FULL_SIGHT")
TEXT_CALLS = {"_", "N_", "gettext", "flash", "TypeVar", "log.error", "log.warning", "log.info"}
TELL = "_tell_the_mutants"
UNTOUCHED = {"annotation", "returns", "decorator_list", "type_ignores"}


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        place: number of the node in the module, and of the fault at this node.
        key: qualified name and first line of the outermost function that it lies in, if any.
    """

    line: int
    change: str
    place: tuple[int, int]
    key: Key | None

    def applied(self, source: str) -> ast.Module:
        """The module with the fault in it; every line keeps its number."""
        tree = ast.parse(source)
        node, key = list(_places(tree))[self.place[0]]
        new = list(_faults(node, key))[self.place[1]]
        changed: ast.Module = _Replacing(node, new).visit(tree)
        return ast.fix_missing_locations(changed)


class _Replacing(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def mutants_of(source: str, functions: tuple[str, ...] = ()) -> list[Mutant]:
    """Every fault that can be put into the module, or only into the named functions."""
    found = []
    for number, (node, key) in enumerate(_places(ast.parse(source))):
        if functions and (key is None or key[0] not in functions):
            continue
        for which, new in enumerate(_faults(node, key)):
            change = f"{_first_line(node)}  ->  {_first_line(new)}"
            found.append(Mutant(getattr(node, "lineno", 0), change, (number, which), key))
    return found


def telling_calls(source: str) -> ast.Module:
    """The module whose functions begin by calling TELL with their key; lines keep their numbers."""
    tree = ast.parse(source)
    for function, key in list(_outermost(tree)):
        told = ast.parse(f"{TELL}({key!r})").body[0]
        for node in ast.walk(told):
            ast.copy_location(node, function.body[0])
        function.body.insert(0, told)
    return tree


def _outermost(node: ast.AST, name: str = "") -> Iterator[tuple[ast.FunctionDef, Key]]:
    for child in ast.iter_child_nodes(node):
        inner = name
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            inner = f"{name}.{child.name}".lstrip(".")
        if isinstance(child, ast.FunctionDef):
            yield child, (inner, _first_number(child))
        else:
            yield from _outermost(child, inner)


def _first_number(function: ast.FunctionDef) -> int:
    return min([function.lineno, *(one.lineno for one in function.decorator_list)])


def _first_line(node: ast.AST) -> str:
    lines = ast.unparse(node).splitlines()
    return lines[0][:90] + (" ..." if len(lines) > 1 else "")


def _places(
    node: ast.AST, key: Key | None = None, name: str = ""
) -> Iterator[tuple[ast.AST, Key | None]]:
    """All nodes that may be changed, each with the outermost function that it lies in."""
    yield node, key
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        name = f"{name}.{node.name}".lstrip(".")
    for field, value in ast.iter_fields(node):
        inner = key
        if field == "body" and isinstance(node, ast.FunctionDef) and key is None:
            inner = name, _first_number(node)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in UNTOUCHED and not _is_text(child):
                yield from _places(child, inner, name)


def _is_text(node: ast.AST) -> bool:
    """Whether it is a docstring, or words for people."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_text(node.value)
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) in TEXT_CALLS


def _faults(node: ast.AST, key: Key | None) -> Iterator[ast.AST]:
    makers: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
        ast.Compare: _of_comparison,
        ast.BoolOp: _of_and_or,
        ast.UnaryOp: _of_not,
        ast.BinOp: _of_operator,
        ast.AugAssign: _of_operator,
        ast.If: _of_branch,
        ast.IfExp: _of_branch,
        ast.Return: _of_return,
        ast.Expr: _of_statement,
        ast.Raise: _of_statement,
        ast.Attribute: _of_mask,
        ast.Name: _of_sight,
    }
    if isinstance(node, ast.Constant):
        yield from _of_constant(node, in_function=key is not None)
    elif type(node) in makers:
        yield from makers[type(node)](node)


def _with(node: ast.AST, **changed: object) -> ast.AST:
    new = copy(node)
    for name, value in changed.items():
        setattr(new, name, value)
    return new


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        for other in OTHER_COMPARISONS[type(operator)]:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _of_and_or(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _of_not(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _of_operator(node: ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    # Texts and types are also put together with + and |.
    if type(node.op) in OTHER_OPERATORS:
        yield _with(node, op=OTHER_OPERATORS[type(node.op)]())


def _of_branch(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    yield _with(node, test=ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test))


def _of_return(node: ast.Return) -> Iterator[ast.AST]:
    # A `return False` is changed as a constant.
    if node.value is not None and ast.unparse(node.value) not in ("None", "True", "False"):
        yield _with(node, value=ast.copy_location(ast.Constant(None), node.value))


def _of_statement(node: ast.Expr | ast.Raise) -> Iterator[ast.AST]:
    if isinstance(node, ast.Raise) or isinstance(node.value, ast.Call):
        yield ast.copy_location(ast.Pass(), node)


def _of_mask(node: ast.Attribute) -> Iterator[ast.AST]:
    opened = OPENED_MASK.get(ast.unparse(node.value))
    if opened not in (None, node.attr):
        yield _with(node, attr=opened)


def _of_sight(node: ast.Name) -> Iterator[ast.AST]:
    if node.id in FULL_SIGHTS and isinstance(node.ctx, ast.Load):
        yield _with(node, id=FULL_SIGHTS[node.id])


def _of_constant(node: ast.Constant, *, in_function: bool) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield _with(node, value=not value)
    elif isinstance(value, int):
        yield _with(node, value=value + 1)
        if value:
            yield _with(node, value=value - 1)
    elif value and (isinstance(value, bytes) or (isinstance(value, str) and in_function)):
        yield _with(node, value=type(value)())
