"""Where a store may lie, who may read it, and that only one program has it open."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from records import folder
from records.errors import NetworkDrive, StoreBusy
from records.folder import Lock, file_system_of, is_network_file_system
from records.store import Store

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:26 / /mnt/share rw,relatime shared:15 - cifs //server/民政 rw
31 22 0:27 / /mnt/with\\040space rw - fuse.sshfs user@host:/ rw
32 22 0:28 / /mnt/usb rw - vfat /dev/sdb1 rw
33 30 0:29 / /mnt/share/local rw - ext4 /dev/sdc1 rw
34 22 0:30 / /mnt/twice rw - ext4 /dev/sdd1 rw
35 34 0:31 / /mnt/twice rw - nfs4 server:/export rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind", "network"),
    [
        ("/home/user/童档", "ext4", False),
        ("/mnt/share/童档", "cifs", True),
        ("/mnt/share", "cifs", True),
        ("/mnt/share2/童档", "ext4", False),
        ("/mnt/share/local/x", "ext4", False),
        ("/mnt/with space/x", "fuse.sshfs", True),
        ("/mnt/usb/x", "vfat", False),
        ("/mnt/twice/x", "nfs4", True),
    ],
)
def test_the_file_system_of_a_folder(path: str, kind: str, network: bool) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind
    assert is_network_file_system(kind) is network


def test_a_store_on_a_share_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_on_network", lambda _folder: True)
    with pytest.raises(NetworkDrive) as caught:
        folder.make_private(tmp_path / "x")
    assert "网络共享盘" in caught.value.sentence
    assert not (tmp_path / "x").exists()


def test_the_folder_of_this_test_is_local(tmp_path: Path) -> None:
    folder.refuse_network(tmp_path)


def test_a_lock_is_taken_once_and_can_be_taken_again_when_it_was_given_back(tmp_path: Path) -> None:
    first = Lock(tmp_path)
    with pytest.raises(StoreBusy) as caught:
        Lock(tmp_path)
    assert "另一个程序" in caught.value.sentence
    first.release()
    first.release()
    Lock(tmp_path).release()


def test_a_program_that_died_holds_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from records.folder import Lock;"
        "lock = Lock(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60).returncode == -9
    Lock(tmp_path).release()


def test_no_core_dumps_once_a_store_is_open(store: Store) -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    assert int(folder.CORE_FILTER.read_text(encoding="ascii"), 16) == 0
