"""Runtimes of each way in which a program is told which taps to call."""

from __future__ import annotations

from typing import Final

from gitgt.runtime.presets import Runtime, Scope
from gitgt.runtime.presets.form import Config, Taps

_CLAUDE: Final = {
    "session.start": "SessionStart", "prompt.submit": "UserPromptSubmit",
    "tool.before": "PreToolUse", "tool.after": "PostToolUse", "compact.before": "PreCompact",
    "turn.end": "Stop", "session.end": "SessionEnd",
}  # fmt: skip
_GEMINI: Final = {
    "session.start": "SessionStart", "prompt.submit": "BeforeAgent",
    "tool.before": "BeforeTool", "tool.after": "AfterTool", "turn.end": "AfterAgent",
    "session.end": "SessionEnd",
}  # fmt: skip
_COPILOT: Final = {
    "session.start": "sessionStart", "prompt.submit": "userPromptSubmitted",
    "tool.before": "preToolUse", "tool.after": "postToolUse", "turn.end": "agentStop",
    "session.end": "sessionEnd",
}  # fmt: skip
_PLUGIN: Final = {
    each: each
    for each in ("session.start", "prompt.submit", "tool.before", "tool.after",
                 "compact.before", "turn.end", "session.end")
}  # fmt: skip

TAPS: Final = {
    "claude": Taps(
        "claude", Scope.EXTERNAL, "claude.json", _CLAUDE,
        {"shell": ("Bash",), "edit": ("Edit", "Write")},
    ),
    "codex": Taps("codex", Scope.INLINE, "", _CLAUDE, {"shell": ("Bash",)}),
    "gemini": Taps(
        "gemini", Scope.WORKTREE, ".gemini/settings.json", _GEMINI,
        {"shell": ("run_shell_command",)},
    ),
    "copilot": Taps("copilot", Scope.HOME, "hooks/gitgt.json", _COPILOT, {"shell": ("bash",)}),
    "opencode": Taps("opencode", Scope.EXTERNAL, "plugin/gitgt.js", _PLUGIN),
    "pi": Taps("pi", Scope.EXTERNAL, "gitgt.js", _PLUGIN),
    "cursor": Taps("cursor", Scope.WORKTREE, ".cursor/hooks.json", {"turn.end": "stop"}),
}  # fmt: skip


def runtime(dialect: str) -> Runtime:
    """Return a runtime that speaks *dialect*."""
    config = Config("~/.copilot", "COPILOT_HOME") if dialect == "copilot" else Config()
    return Runtime(dialect, (dialect,), preset=dialect, taps=TAPS[dialect], config=config)
