"""A program that behaves as GitHub's Copilot CLI does, as far as a probe can tell.

It asks a model over OpenAI's chat, runs the shell commands that this wants, and calls the hooks
that its home names. The real one is tried in tests/agents; with this one, the probe itself is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

TOOL = {
    "type": "function",
    "function": {
        "name": "bash",
        "parameters": {"properties": {"command": {"type": "string"}}, "required": ["command"]},
    },
}


def hook(event: str, **told: Any) -> dict[str, Any]:
    """Call the hooks of an event, and return what the last one answered."""
    answered: dict[str, Any] = {}
    for file in Path(os.environ.get("COPILOT_HOME", "none"), "hooks").glob("*.json"):
        for each in json.loads(file.read_text())["hooks"].get(event, ()):
            done = subprocess.run(
                ["bash", "-c", each["bash"]],
                input=json.dumps({"sessionId": "s1", "cwd": str(Path.cwd()), **told}),
                capture_output=True,
                text=True,
                check=False,
            )
            answered = json.loads(done.stdout) if done.stdout.strip() else answered
    return answered


def ask(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the model answers."""
    body = {"model": os.environ["COPILOT_MODEL"], "tools": [TOOL], "messages": messages}
    request = urllib.request.Request(
        f"{os.environ['COPILOT_PROVIDER_BASE_URL']}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        choice: dict[str, Any] = json.load(answer)["choices"][0]
    message: dict[str, Any] = choice["message"]
    return message


def run(command: str) -> str:
    """Run what the model wants, unless a hook is against it."""
    ruling = hook("preToolUse", toolName="bash", toolArgs=json.dumps({"command": command}))
    if ruling.get("permissionDecision") == "deny":
        return f"Denied: {ruling['permissionDecisionReason']}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def main(words: list[str]) -> None:
    """Do one turn."""
    if "--version" in words:
        sys.stdout.write("GitHub Copilot CLI 1.0.102.\n")
        return
    prompt = words[words.index("-p") + 1]
    context = hook("sessionStart", source="new").get("additionalContext", "")
    messages = [{"role": "system", "content": context}, {"role": "user", "content": prompt}]
    while calls := (said := ask(messages)).get("tool_calls"):
        messages.append(said)
        for call in calls:
            command = json.loads(call["function"]["arguments"])["command"]
            answer = {"role": "tool", "tool_call_id": call["id"], "content": run(command)}
            messages.append(answer)
    hook("agentStop")
    hook("sessionEnd", reason="complete")


if __name__ == "__main__":
    main(sys.argv[1:])
