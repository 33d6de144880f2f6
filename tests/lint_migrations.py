"""Our own rules of migrations/README.md, as far as the text of a migration shows them."""

import pathlib
import re
import sys

FOLDER = re.compile(r"^\d{4}-\d{2}-\d{2}-\d{6}_[a-z_]+$")
KINDS = ("pkey", "key", "fkey", "check", "excl")
FORBIDDEN = [
    (r"\bvarchar\b|\bcharacter varying\b|\bchar\s*\(", "texts are text, never varchar(n)"),
    (r"\bjson\b(?!b)", "JSON is jsonb"),
    (r"\btimestamp\b(?!tz)(?!\s+with\s+time\s+zone)", "instants are timestamptz"),
    (r"\b(real|double precision|float\d?|money)\b", "no floating point and no money type"),
    (r"\bserial\b|\bbigserial\b", "identity columns instead of serial"),
    (r"\bDROP\s+(TABLE|COLUMN|TYPE)\b", "contract in a later release, by hand and with its reason"),
    (r"\bCREATE\s+TYPE\b", "enumerations are text with a CHECK"),
]


def without_comments(sql: str) -> str:
    sql = re.sub(r"--[^\n]*", "", sql)
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def tables(sql: str):
    for match in re.finditer(r"CREATE TABLE (\w+) \((.*?)\n\)", sql, re.S):
        yield match.group(1), match.group(2)


# Tables that keep sums of amounts of any number of rows.
SUMS = {"exposure", "exposure_movement"}


def check_table(name: str, body: str) -> list[str]:
    wrong = []
    columns = [line.strip() for line in body.splitlines() if re.match(r"\s{4}[a-z_]+ [a-z]", line)]
    if len(columns) > 32:
        wrong.append(f"{name} has {len(columns)} columns; at most 32")
    for column in columns:
        field, kind = column.split()[:2]
        kind = kind.rstrip(",")
        # A time of day, such as that of the daily run, is no instant.
        if field.endswith("_at") and kind not in ("timestamptz", "time"):
            wrong.append(f"{name}.{field} is {kind}: *_at is timestamptz")
        if field.endswith("_on") and kind != "date":
            wrong.append(f"{name}.{field} is {kind}: *_on is date")
        # Sums are wider than what they add up.
        width = "numeric(24, 4)" if name in SUMS else "numeric(19, 4)"
        if field.endswith("_amount") and not column.split(None, 1)[1].startswith(width):
            wrong.append(f"{name}.{field}: amounts are {width}")
    for constraint in re.findall(r"CONSTRAINT (\w+)", body):
        if not constraint.startswith(name + "_") or constraint.rsplit("_", 1)[1] not in KINDS:
            wrong.append(f"{constraint}: the name is {name}_<columns>_<{'|'.join(KINDS)}>")
    return wrong


def check(path: pathlib.Path, existing: set[str]) -> list[str]:
    sql = without_comments(path.read_text(encoding="utf-8"))
    wrong = [f"{rule}: {found.group(0)!r}" for pattern, rule in FORBIDDEN for found in re.finditer(pattern, sql, re.I)]
    made = set()
    for name, body in tables(sql):
        made.add(name)
        wrong += check_table(name, body)
    for index, table in re.findall(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(\w+) ON (\w+)", sql):
        if not index.startswith(table + "_") or not index.endswith(("_idx", "_key")):
            wrong.append(f"{index}: the name is {table}_<columns>_<idx|key>")
        if table in existing and table not in made:
            wrong.append(f"{index}: an index on a table that exists is made CONCURRENTLY, in a migration of its own")
    existing |= made
    return wrong


def main(root: str) -> int:
    folders = sorted(p for p in pathlib.Path(root).iterdir() if p.is_dir())
    wrong, existing, numbers = [], set(), set()
    for folder in folders:
        number = folder.name.split("_", 1)[0]
        if not FOLDER.match(folder.name) or number in numbers:
            wrong.append(f"{folder.name}: the name is YYYY-MM-DD-NNNNNN_<context>, each number once")
        numbers.add(number)
        if (folder / "down.sql").exists():
            wrong.append(f"{folder.name}: forward only, no down.sql")
        wrong += [f"{folder.name}: {problem}" for problem in check(folder / "up.sql", existing)]
    for problem in wrong:
        print(problem)
    print(f"{len(folders)} migrations read, {len(existing)} tables, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
