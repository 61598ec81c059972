"""``dataclass`` as the standard library has it, but finished when it is first used.

The standard library writes and compiles half a dozen methods for every class as its module is
imported. There are hundreds of classes, a command uses few of them, and that was half of its
start. Here a frozen class with slots stands at once, with its docstring, its own methods and
its slots; the standard library adds the rest when the first value is made, or when somebody
asks for it. Any other class is left to the standard library as it is.
"""

from __future__ import annotations

import dataclasses
from _thread import RLock  # threading has more than is needed before the first value
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **wishes: bool) -> Any:  # noqa: ANN401
        """Make a dataclass of *cls*; ``frozen`` with ``slots`` is finished at its first use."""
        if cls is None:
            return lambda each: dataclass(each, **wishes)
        return _later(cls, wishes) or dataclasses.dataclass(cls, **wishes)


_WISHES: Final = {"frozen", "slots", "kw_only", "order"}
_COMING: Final = (
    "__dataclass_fields__",
    "__dataclass_params__",
    "__match_args__",
    "__init__",
    "__repr__",
    "__eq__",
    "__hash__",
    "__setattr__",
    "__delattr__",
)
_ORDER: Final = ("__lt__", "__le__", "__gt__", "__ge__")
_NO_FIELDS: Final = ("ClassVar", "InitVar", "KW_ONLY", "typing.", "dataclasses.")
# One for all: to finish a class is to finish those that it is made of.
_FINISHING: Final = RLock()


class _Later:
    """Stands in a class where the standard library will have put something."""

    __slots__ = ("_finish", "_name")

    def __init__(self, finish: Callable[[], dict[str, Any]], name: str) -> None:
        self._finish = finish
        self._name = name

    def __get__(self, value: object, owner: type) -> Any:  # noqa: ANN401 - anything
        found = self._finish()[self._name]
        return found.__get__(value, owner) if hasattr(found, "__get__") else found


def _later(plain: type, wishes: dict[str, bool]) -> type | None:
    """Return *plain* as a class that is finished later; None if that is not for us."""
    own = vars(plain).get("__annotations__", {})
    bases = [vars(each).get("__slots__") for each in plain.__mro__[1:-1]]
    if (
        not (wishes.get("frozen") and wishes.get("slots") and wishes.keys() <= _WISHES)
        or any(not isinstance(each, tuple) for each in bases)
        or not all(isinstance(each, str) for each in own.values())
        or any(each.startswith(_NO_FIELDS[1:]) for each in own.values())
    ):
        return None
    fields = [name for name, said in own.items() if not said.startswith(_NO_FIELDS)]
    return _slotted(plain, wishes, fields, {name for each in bases for name in each or ()})


def _slotted(
    plain: type, wishes: dict[str, bool], fields: list[str], inherited: set[str]
) -> type:
    was = dict(vars(plain))
    body = {name: each for name, each in was.items() if name not in fields}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    unsaid = was.get("__hash__") is None  # Python's own None, beside an __eq__
    state: list[dict[str, Any]] = []

    def finish() -> dict[str, Any]:
        with _FINISHING:
            if not state:
                plain.__doc__ = plain.__doc__ or plain.__name__  # or it asks for the signature
                dataclasses.dataclass(plain, **{**wishes, "slots": False})
                state.append(dict(vars(plain)))
                for name, each in state[0].items():
                    if name not in was or (name == "__hash__" and unsaid):
                        setattr(made, name, each)
        return state[0]

    for name in (*_COMING, *(_ORDER if wishes.get("order") else ())):
        if name not in was or (name == "__hash__" and unsaid):
            body[name] = _Later(finish, name)
    body.setdefault("__getstate__", _state)
    body.setdefault("__setstate__", _set_state)
    body["__slots__"] = tuple(name for name in fields if name not in inherited)
    made: type = type(plain)(plain.__name__, plain.__bases__, body)
    made.__qualname__ = plain.__qualname__
    return made


def _state(value: Any) -> list[Any]:  # noqa: ANN401 - any dataclass
    return [getattr(value, each.name) for each in dataclasses.fields(value)]


def _set_state(value: Any, state: list[Any]) -> None:  # noqa: ANN401 - any dataclass
    for each, said in zip(dataclasses.fields(value), state, strict=True):
        object.__setattr__(value, each.name, said)
