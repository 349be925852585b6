"""Strings that ask for a file, an address or a command where an id or a name is expected. The same list each time."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

TARGETS = [
    *("/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "/dev/zero", "/dev/stdin", "/root", "/"),
    *("..", "../..", "../../../../../../etc/passwd", "../modelforge.db", "../api-token", "../../outside/secret.jsonl"),
    *("....//....//etc/passwd", "..\\..\\etc\\passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd"),
    *("..%252f..%252fetc%252fpasswd", "..%c0%af..%c0%afetc", "．．／．．／etc／passwd", "..;/..;/etc/passwd"),
    *("~", "~root/.ssh/id_rsa", "~/.cache", "$HOME/.ssh/id_rsa", "${HOME}", "%USERPROFILE%", "C:\\Windows\\win.ini"),
    *("\\\\host\\share\\x", "//host/share/x", "CON", "nul", "aux.jsonl", "com1", "a:b", "x" * 300, "x" * 5000, "."),
    *("http://127.0.0.1:1/x", "https://evil.example/x.jsonl", "ftp://evil.example/x", "file:///etc/passwd"),
    *("file://localhost/etc/passwd", "gopher://127.0.0.1:1/", "data:text/plain,x", "s3://bucket/key", "git+ssh://x/y"),
    *("hf://datasets/a/b", "zip://x::/etc/passwd", "jar:file:/etc/passwd!/", "dict://127.0.0.1:1/", "ldap://127.0.0.1"),
    *("; id", "| id", "`id`", "$(id)", "& calc", "-rf", "--help", "@/etc/passwd", "<(id)", "\n/etc/passwd", "a\rb"),
    *(
        "a\x00b",
        "\x00",
        "/etc/passwd\x00.jsonl",
        "\ud800",
        "\u202egnp.exe",
        "\ufeffx",
        "é" * 40,
        "🙂",
        "\u2028",
        "\x7f",
    ),
    *("' OR 1=1 --", '"; DROP TABLE runs; --', "{{7*7}}", "${jndi:ldap://127.0.0.1/x}", "%s%s%n", "<script>1</script>"),
    *(
        "__import__('os')",
        "null",
        "undefined",
        "true",
        "NaN",
        "-1",
        "0",
        "[]",
        "{}",
        "*",
        "?",
        "**/*",
        "[a-z]",
        "a/b/c",
    ),
]
BEFORE = [
    "",
    "/",
    "./",
    "a/../",
    "hub:",
    "hub:a/",
    "sample:",
    "starter:",
    "sample:support/",
    "starter:chat/",
    "file://",
    " ",
    "a",
]
BEHIND = ["", "/", "/x", ".jsonl", ".parquet", "\x00.jsonl", "%00", "#x", "?x", " ", "::x", "@main"]


def hostile_strings(number: int, outside: Path) -> list[str]:
    """`number` different strings: first every target as it is and as a name of each kind, then mixtures."""
    targets = [*TARGETS, str(outside / "secret.jsonl"), str(outside), f"../../{outside.name}/secret.jsonl"]
    plain = [*targets, *(f"{before}{target}" for target in targets[-3:] for before in BEFORE)]
    mixed = ["".join(parts) for parts in product(BEFORE, targets, BEHIND)]
    random.Random(4).shuffle(mixed)
    return list(dict.fromkeys([*plain, *mixed]))[:number]
