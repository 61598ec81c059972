"""Read a shell's command line as far as a guard must: which programs it would start, with what.

No shell is imitated: what a word expands to is followed where it can be seen (quotes, escapes,
``echo`` within ``$(...)``, a variable set on the same line), and left as it stands elsewhere.
Whatever the text, reading it ends, and nothing is raised: what no shell would take, none runs.
"""

from __future__ import annotations

import re
from typing import Final

from gitgt.model.guard.simple import Simple, spoken, unfolded

# What stands for the output of a command, and for a file that it is read from.
UNKNOWN: Final = "$(...)"
A_FILE: Final = "/dev/fd/63"
_DEEPEST: Final = 20
_LONGEST: Final = 200_000
_LONGEST_VALUE: Final = 5_000
_PLAIN: Final = re.compile(r"[^\\'\"$`<>|&#();\n \t\r]+")
_PLAIN_QUOTED: Final = re.compile(r"[^\"\\$`]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=(.*)", re.DOTALL)
_KEYWORDS: Final = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time",
     "esac", "coproc"}
)  # fmt: skip
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "e": "\x1b", "0": "\0"}
_CODE: Final = re.compile(r"x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})")


def commands(script: str, *, depth: int = 0) -> list[Simple]:
    """Return all commands that *script* holds, those within others too, in their order."""
    if depth > _DEEPEST:
        return []
    return _Reader(script[:_LONGEST], {}, depth).read()


class _Reader:
    """Walks over a script once; ``read`` ends at its end, or at the bracket that closes it."""

    def __init__(self, text: str, known: dict[str, str], depth: int, at: int = 0) -> None:
        self.text = text
        self.at = at
        self.found: list[Simple] = []
        self._known = known
        self._depth = depth
        self._now = Simple()
        self._word: list[str] | None = None
        self._plain = True
        self._open = 0
        self._redirected = ""  # the operator that the next word belongs to
        self._here: list[tuple[Simple, str, bool]] = []
        self._steps: Final = {
            "\\": self._escape, "'": self._quote, '"': self._double, "$": self._dollar,
            "`": self._ticks, "<": self._angle, ">": self._angle, "|": self._pipe,
            "&": self._ampersand, "#": self._comment, "(": self._bracket, ")": self._bracket,
        }  # fmt: skip

    def read(self, *, closing: str = "") -> list[Simple]:
        """Return the commands up to the end, or to an unopened *closing* bracket."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if closing and char == closing and not self._open:
                self.at += 1
                break
            self._step(char)
        self._end_command()
        return self.found

    def _step(self, char: str) -> None:
        if char in self._steps:
            self._steps[char]()
        elif char in ";\n":
            self._end_command()
            self.at += 1
            if char == "\n":
                self._read_here()
        elif char in " \t\r":
            self._end_word()
            self.at += 1
        else:
            self._take(_PLAIN, quoted=False)

    def _take(self, run: re.Pattern[str], *, quoted: bool) -> None:
        """Add a run of characters that mean nothing but themselves."""
        found = run.match(self.text, self.at)
        assert found is not None
        self._add(found[0], quoted=quoted)
        self.at = found.end()

    # --- words

    def _add(self, text: str, *, quoted: bool = False) -> None:
        self._word = [] if self._word is None else self._word
        self._word.append(text)
        self._plain = self._plain and not quoted

    def _end_word(self) -> None:
        if self._word is None:
            return
        text, plain = "".join(self._word), self._plain
        self._word, self._plain = None, True
        if self._redirected:
            self._redirect(text)
            return
        self._now.words.extend(unfolded(text) if plain else [text])

    def _redirect(self, text: str) -> None:
        operator, self._redirected = self._redirected, ""
        if operator == "<<<":
            self._now.reads += text
        elif operator in ("<<", "<<-"):
            self._here.append((self._now, text, operator == "<<-"))
        elif operator.startswith((">", "&>")) and not text.isdigit():
            self._now.writes.append(text)

    def _end_command(self) -> None:
        self._end_word()
        now, self._now = self._now, Simple()
        self._redirected = ""
        self._take_apart(now)
        if now.words or now.writes or now.inner or now.sets:
            self.found.append(now)

    def _take_apart(self, command: Simple) -> None:
        """Take keywords off the front, and what is set for the command or from now on."""
        words = command.words
        while words and words[0] in (*_KEYWORDS, "function"):
            del words[: 2 if words[0] == "function" else 1]
        if words[:1] == ["for"] and len(words) > 3:
            self._known[words[1]] = words[3]
        while words and (found := _ASSIGNMENT.fullmatch(words[0])):
            command.sets[found[1]] = found[2]
            words.pop(0)
        if not words:
            self._known.update(command.sets)
        elif words[0] in ("export", "declare", "local", "readonly", "typeset"):
            pairs = [_ASSIGNMENT.fullmatch(each) for each in words[1:]]
            self._known.update({pair[1]: pair[2] for pair in pairs if pair})

    # --- quotes

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following != "\n":  # which goes on with the line
            self._add(following, quoted=True)
        self.at += 2

    def _quote(self) -> None:
        end = self.text.find("'", self.at + 1)
        end = len(self.text) if end < 0 else end
        self._add(self.text[self.at + 1 : end], quoted=True)
        self.at = end + 1

    def _double(self) -> None:
        self._add("", quoted=True)
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            char = self.text[self.at]
            if char == "\\":
                self._escape_within()
            elif char == "$":
                self._dollar(quoted=True)
            elif char == "`":
                self._ticks(quoted=True)
            else:
                self._take(_PLAIN_QUOTED, quoted=True)
        self.at += 1

    def _escape_within(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following != "\n":
            self._add(following if following in '$`"\\' else f"\\{following}", quoted=True)
        self.at += 2

    def _ansi(self) -> None:
        """Read ``$'...'``, in which a backslash may stand for any character."""
        self.at += 2
        while self.at < len(self.text) and self.text[self.at] != "'":
            if self.text[self.at] == "\\":
                self.at += 1
                self._add(self._code(), quoted=True)
            else:
                self._add(self.text[self.at], quoted=True)
                self.at += 1
        self.at += 1

    def _code(self) -> str:
        found = _CODE.match(self.text, self.at)
        if found:
            self.at = found.end()
            octal = found[3]
            return chr(int(octal, 8) if octal else int(found[1] or found[2], 16))
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return _ESCAPES.get(char, char)

    # --- what stands for something else

    def _dollar(self, *, quoted: bool = False) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "(":
            self.at += 2
            self._substitute(self._within(")"), quoted=quoted)
        elif following == "'" and not quoted:
            self._ansi()
        elif following == '"' and not quoted:
            self.at += 1
        elif following == "{":
            end = self.text.find("}", self.at)
            end = len(self.text) if end < 0 else end
            self._expand(self.text[self.at + 2 : end], quoted=quoted)
            self.at = end + 1
        elif found := _NAME.match(self.text, self.at + 1):
            self._expand(found[0], quoted=quoted)
            self.at = found.end()
        else:
            self._add("$", quoted=quoted)
            self.at += 1

    def _expand(self, name: str, *, quoted: bool) -> None:
        value = " " if name == "IFS" else self._known.get(name)
        if value is None:
            whole = _NAME.fullmatch(name) is not None
            self._add(f"${name}" if whole else f"${{{name}}}", quoted=quoted)
        else:
            self._put(value, quoted=quoted)

    def _put(self, value: str, *, quoted: bool) -> None:
        """Add what something stands for; outside quotes its spaces part words."""
        value = value[:_LONGEST_VALUE]  # one may be set to itself twice, again and again
        if quoted:
            self._add(value, quoted=True)
            return
        for number, part in enumerate(re.split(r"\s+", value)):
            if number:
                self._end_word()
            if part:
                self._add(part)

    def _within(self, closing: str) -> list[Simple]:
        """Read the commands up to the closing bracket, as part of this one."""
        if self._depth >= _DEEPEST:
            self.at = len(self.text)
            return []
        inner = _Reader(self.text, self._known, self._depth + 1, self.at)
        found = inner.read(closing=closing)
        self.at = inner.at
        self.found.extend(found)
        self._now.inner.extend(found)
        return found

    def _substitute(self, found: list[Simple], *, quoted: bool) -> None:
        said = spoken(found[0]) if len(found) == 1 else None
        if said is None:
            self._add(UNKNOWN, quoted=quoted)
        else:
            self._put(said.rstrip("\n"), quoted=quoted)

    def _ticks(self, *, quoted: bool = False) -> None:
        end = self.at + 1
        while end < len(self.text) and self.text[end] != "`":
            end += 2 if self.text[end] == "\\" else 1
        script = re.sub(r"\\([`$\\])", r"\1", self.text[self.at + 1 : end])
        self.at = end + 1
        if self._depth >= _DEEPEST:
            return
        found = _Reader(script, self._known, self._depth + 1).read()
        self.found.extend(found)
        self._now.inner.extend(found)
        self._substitute(found, quoted=quoted)

    # --- what stands between commands

    def _pipe(self) -> None:
        double = self.text.startswith("||", self.at)
        self._end_command()
        self.at += 2 if double or self.text.startswith("|&", self.at) else 1
        if not double and self.found:
            self._now.fed_by = self.found[-1]

    def _ampersand(self) -> None:
        if self.text.startswith("&>", self.at):
            self._end_word()
            self._redirected = "&>"
            self.at += 3 if self.text.startswith("&>>", self.at) else 2
            return
        self._end_command()
        self.at += 1

    def _comment(self) -> None:
        if self._word is not None:
            self._add("#")
            self.at += 1
            return
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _bracket(self) -> None:
        opening = self.text[self.at] == "("
        self._open = max(0, self._open + (1 if opening else -1))
        self._end_command()
        self.at += 1

    def _angle(self) -> None:
        if self.text.startswith(("<(", ">("), self.at):
            self.at += 2
            self._within(")")
            self._add(A_FILE)
            return
        if self._word is not None and "".join(self._word).isdigit():
            self._word, self._plain = None, True  # the number of a file
        self._end_word()
        known = ("<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">|", ">&", ">")
        operator = next(each for each in known if self.text.startswith(each, self.at))
        self._redirected = operator
        self.at += len(operator)

    def _read_here(self) -> None:
        """Read the documents that the line which has just ended announced."""
        for command, mark, indented in self._here:
            lines: list[str] = []
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = end + 1
                if (line.lstrip("\t") if indented else line) == mark:
                    break
                lines.append(line)
            command.reads += "\n".join(lines)
        self._here = []
