"""What looks like a secret is not kept."""

from __future__ import annotations

import pytest

from gitgt.model.redaction import redacted

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("key sk-ant-" + "a1B2" * 8, "key [redacted]"),
        ("AKIA" + "ABCDEFGH12345678", "[redacted]"),
        ("ghp_" + "a" * 36, "[redacted]"),
        ("github_pat_" + "a1_" * 10, "[redacted]"),
        (f"before\n{KEY}\nafter", "before\n[redacted]\nafter"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", "[redacted]"),
        ("https://ann:hunter2@example.com/x", "https://ann:[redacted]@example.com/x"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"),
        ("DB_PASSWORD=correct-horse", "DB_PASSWORD=[redacted]"),
        ('{"api_key": "0123456789abcdef"}', '{"api_key": "[redacted]"}'),
        ("AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI", "AWS_SECRET_ACCESS_KEY: [redacted]"),
    ],
)
def test_a_secret_is_taken_out(text, left):
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "The token count is 1200.",
        "password = os.environ['PASSWORD']"[:12],
        "secret: ${{ secrets.NAME }}",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "https://example.com:8080/path@2",
        "git gt handoff -m 'Ask for the price.'",
    ],
)
def test_what_is_none_stays(text):
    assert redacted(text) == text
