"""``./dev soak privacy``: the main job and what follows it without a network, every file opened for writing traced,
every byte searched. What follows (``benchmarks.privacy_walk``, ``benchmarks.privacy_offices``): verifying, care,
printing, batch, backup, learning; review, blind entry, base lists, arranging, packages between two offices, erasure.

Needs ``strace`` and, to cut the network, ``unshare``; exits with 2 where it can't measure. The program runs with a
home, a temporary folder and a data folder of its own. After the run: the trace (children included) may show only
vault, database with its WAL, key file, lock, log and the outputs that were named; the sample children's names and
numbers and pieces of the delivered files may stand nowhere in those folders, in /dev/shm or in the caches.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import privacy, truth
from forms.catalog import RESOURCES

ROOT = Path(__file__).resolve().parent.parent
# openat(AT_FDCWD, "path", O_WRONLY|...) = 3 — strace prints Chinese as octal escapes, read back in _unescape
OPENED = re.compile(r'(?:open|openat|creat)\((?:[^,"]*, )?"((?:[^"\\]|\\.)*)"(?:, ([A-Z_|0-9x]+))?.*\) = (\d+)')
RENAMED = re.compile(r'rename(?:at2?)?\(.*"((?:[^"\\]|\\.)*)"[^"]*\) = 0')
CONNECTED = re.compile(r"connect\(\d+, \{sa_family=AF_INET")
# store.db.new is the encrypted database while a store is being made, store.db.snapshot while it is being backed up
STORE_FILES = re.compile(
    r"(store\.db(\.new|\.snapshot)?(-wal|-shm|-journal)?|keys\.json(\.\w+)*|lock|logins\.log|tongdang\.log|vault(/.*)?)$"
)
ENCRYPTED = {".tdhandover", ".tdcard", ".bak"}  # outputs that leave the office and tell nobody else anything
DEVICES = ("/dev/null", "/dev/tty", "/dev/urandom", "/proc/", "pipe:", "/dev/pts/")


def main() -> int:
    """Exit code 0 when nothing was found, 1 when something was, 2 when it couldn't measure."""
    parser = argparse.ArgumentParser(prog="./dev soak privacy")
    parser.add_argument("--minutes", type=float, help="accepted for symmetry; one pass is the whole measurement")
    parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is missing: apt-get install strace", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tongdang-soak-") as place:
        return _measure(Path(place))


def _measure(place: Path) -> int:
    home, temporary, data_dir, trace = place / "home", place / "tmp", place / "data", place / "trace"
    other = place / "county"
    for folder in (home, temporary):
        folder.mkdir()
    out = place / "out" / "核对草稿.xlsx"
    out.parent.mkdir()
    samples = RESOURCES / "samples"
    before = set(Path("/dev/shm").iterdir()) if Path("/dev/shm").is_dir() else set()
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary), "TONGDANG_PASSWORD": "松花江水-12345"}
    job = ["desktop", "digitize", str(samples), "--data-dir", str(data_dir), "--create", "--out", str(out)]
    done = _traced(job, trace, environment)
    if done.returncode not in (0, 1) or not out.is_file():
        print(done.stderr[-3000:], file=sys.stderr)
        return 2
    walk = ["benchmarks.privacy_walk", "--data-dir", str(data_dir), "--other", str(other), "--out", str(out.parent)]
    walked = _traced(walk, trace, environment)
    if walked.returncode:
        print(walked.stderr[-3000:], file=sys.stderr)
        return 2
    print(walked.stdout, end="")
    findings = [*_unexpected(trace, (data_dir, other), out), *_network(trace)]
    true = truth.load(samples)
    texts = privacy.secrets(true.values())
    wanted = privacy.needles(texts, (p for p in samples.iterdir() if p.suffix not in (".json", ".md")))
    findings += privacy.search([data_dir, other, home, temporary], wanted)
    sealed = [path for path in out.parent.iterdir() if path.suffix in ENCRYPTED]
    findings += privacy.search(sealed, wanted)
    findings += [f"not made: {suffix}" for suffix in ENCRYPTED - {path.suffix for path in sealed}]
    shared = set(Path("/dev/shm").iterdir()) - before if Path("/dev/shm").is_dir() else set()
    findings += [f"left in shared memory: {path}" for path in shared]
    if any(text in done.stdout + done.stderr + walked.stdout + walked.stderr for text in texts):
        findings.append("a name or number was printed on the screen")
    print(f"{len(true)} pages, {len(texts)} names and numbers, {len(wanted)} byte strings looked for")
    for finding in findings:
        print(finding)
    print("nothing found" if not findings else f"{len(findings)} findings")
    return 1 if findings else 0


def _traced(job: list[str], trace: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a module of the program; what it and its children open is added to the trace."""
    command = ["strace", "-f", "-qq", "-A", "-s", "4096", "-e", "trace=%file,creat,connect", "-o", str(trace)]
    command += [sys.executable, "-m", *job]
    if shutil.which("unshare") and os.geteuid() == 0:
        command = ["unshare", "-n", *command]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def _unexpected(trace: Path, stores: Sequence[Path], out: Path) -> Iterator[str]:
    for path in sorted(set(_written(trace.read_text(encoding="ascii", errors="replace").splitlines()))):
        if (
            path.startswith(DEVICES) or path.startswith(str(out.parent))  # outputs, as named, and what becomes them
        ):
            continue
        if any(path.startswith(f"{d}/") and STORE_FILES.match(path.removeprefix(f"{d}/")) for d in stores):
            continue
        yield f"opened for writing: {path}"


def _written(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        opened = OPENED.search(line)
        if opened and ("creat(" in line or re.search(r"O_WRONLY|O_RDWR|O_CREAT", opened[2] or "")):
            yield _unescape(opened[1])
        renamed = RENAMED.search(line)
        if renamed:
            yield _unescape(renamed[1])


def _network(trace: Path) -> Iterator[str]:
    for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
        if CONNECTED.search(line):
            yield f"network: {line[:200]}"


def _unescape(text: str) -> str:
    raw = re.sub(rb"\\([0-7]{1,3})", lambda m: bytes([int(m[1], 8)]), text.encode("ascii", "replace"))
    return raw.decode("utf-8", "replace")


if __name__ == "__main__":
    raise SystemExit(main())
