"""How agents' programs are pointed at a model on loopback: by variables, and files of a home.

All keys are dummies. Whatever would tell somebody else of the run, or fetch something, is off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.values import dataclass

KEY: Final = "a-dummy-key"
MODEL: Final = "fake"
_PROVIDER: Final = "loopback"
_QUIET: Final = {"DO_NOT_TRACK": "1", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1"}


@dataclass(frozen=True, slots=True)
class Wiring:
    """What points a program at the model: variables, files of its home, and further settings.

    ``settings`` are those of its runtime, on top of its preset.
    """

    environ: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


def wiring(preset: str, url: str) -> Wiring | None:
    """Return how *preset* is pointed at the model at *url*; None if nobody knows a way."""
    known = _KNOWN.get(preset)
    if known is None:
        return None
    made = known(url)
    return Wiring({**_QUIET, **made.environ}, made.files, made.settings)


def _claude(url: str) -> Wiring:
    environ = {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": KEY,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",  # root may have it skip permissions then; its home is a throw-away
    }
    answered = {
        "hasCompletedOnboarding": True,
        "bypassPermissionsModeAccepted": True,
        "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
    }
    return Wiring(environ, {".claude.json": json.dumps(answered)})


def _codex(url: str) -> Wiring:
    config = f"""\
model = "{MODEL}"
model_provider = "{_PROVIDER}"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.{_PROVIDER}]
name = "{_PROVIDER}"
base_url = "{url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
"""
    return Wiring({"OPENAI_API_KEY": KEY}, {".codex/config.toml": config})


def _gemini(url: str) -> Wiring:
    config = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
    }
    environ = {
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_API_KEY": KEY,
        "GEMINI_TELEMETRY_ENABLED": "false",
    }
    return Wiring(environ, {".gemini/settings.json": json.dumps(config)})


def _opencode(url: str) -> Wiring:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": _PROVIDER,
        "options": {"baseURL": f"{url}/v1", "apiKey": KEY},
        "models": {MODEL: {"name": MODEL}},
    }
    named = f"{_PROVIDER}/{MODEL}"
    config = {"model": named, "small_model": named, "provider": {_PROVIDER: provider}}
    environ = {
        "OPENCODE_CONFIG_CONTENT": json.dumps(config),
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        # With a plugin it asks a registry, again and again where there is no network.
        "npm_config_fetch_retries": "0",
    }
    return Wiring(environ)


def _copilot(url: str) -> Wiring:
    environ = {
        "COPILOT_PROVIDER_TYPE": "openai",
        "COPILOT_PROVIDER_BASE_URL": f"{url}/v1",
        "COPILOT_PROVIDER_API_KEY": KEY,
        "COPILOT_MODEL": MODEL,
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    }
    return Wiring(environ)


def _pi(url: str) -> Wiring:
    provider = {
        "baseUrl": f"{url}/v1",
        "api": "openai-completions",
        "apiKey": KEY,
        "models": [{"id": MODEL}],
    }
    config = json.dumps({"providers": {_PROVIDER: provider}})
    settings = {"model": MODEL, "extra": ["--provider", _PROVIDER]}
    return Wiring({"PI_OFFLINE": "1"}, {".pi/agent/models.json": config}, settings)


_KNOWN: Final[Mapping[str, Callable[[str], Wiring]]] = {
    "claude": _claude,
    "codex": _codex,
    "gemini": _gemini,
    "opencode": _opencode,
    "copilot": _copilot,
    "pi": _pi,
}
