"""A TOML table while it is read: what is asked for is taken, what is left over is reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from gitgt.model.formula.form import Finding, Severity
from gitgt.values import dataclass


@dataclass
class Table:
    """A part of a formula file at *where*; mistakes go into *findings*, shared by all."""

    data: Mapping[str, Any]
    where: str
    findings: list[Finding]
    taken: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        """Return how *key* is called from the top of the file."""
        return f"{self.where}.{key}" if self.where else key

    def complain(self, key: str, what: str, hint: str = "") -> None:
        """Note a mistake."""
        self.findings.append(Finding(Severity.ERROR, self.at(key), what, hint))

    def ignore(self, key: str, why: str) -> None:
        """Note that something is there that does nothing here."""
        self.taken.add(key)
        self.findings.append(Finding(Severity.IGNORED, self.at(key), why))

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def take(self, key: str) -> Any:  # noqa: ANN401 - any value of TOML
        """Return a value as it stands, None if there is none."""
        self.taken.add(key)
        return self.data.get(key)

    def text(self, key: str) -> str:
        """Return a text, empty if there is none; numbers are taken as they are written."""
        value = self.take(key)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        self.complain(key, "this is to be a text", f'{key} = "..."')
        return ""

    def flag(self, key: str) -> bool:
        """Return whether something is so; False if the file does not say."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.complain(key, "this is to be true or false", f"{key} = true")
        return False

    def number(self, key: str) -> int | None:
        """Return a whole number, None if there is none."""
        value = self.take(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.complain(key, "this is to be a whole number", f"{key} = 1")
        return None

    def names(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,) if value else ()
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.complain(key, "this is to be a list of texts", f'{key} = ["..."]')
        return ()

    def texts(self, key: str) -> dict[str, str]:
        """Return a table of texts."""
        inner = self.table(key)
        return {} if inner is None else {name: inner.text(name) for name in inner.data}

    def table(self, key: str) -> Table | None:
        """Return the table called *key*, None if there is none."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, Mapping):
            return Table(value, self.at(key), self.findings)
        self.complain(key, "this is to be a table", f"[{self.at(key)}]")
        return None

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of the list called *key*; a single table is a list of one."""
        value = self.take(key)
        if isinstance(value, Mapping):
            yield Table(value, self.at(key), self.findings)
            return
        if not isinstance(value, list | None):
            self.complain(key, "this is to be a list of tables", f"[[{self.at(key)}]]")
            return
        for number, each in enumerate(value or ()):
            if isinstance(each, Mapping):
                yield Table(each, f"{self.at(key)}[{number}]", self.findings)
            else:
                self.complain(f"{key}[{number}]", "this is to be a table")

    def finish(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self.data:
            if key not in self.taken:
                self.ignore(key, "is not known here and does nothing")
