"""Which steps of which acts have been tried: a soak that is too long for one night goes on in the next."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Memory:
    """Kept in a file, if there is one. ``runs``: how many there were; each rolls other dice."""

    path: Path | None = None
    runs: int = 0
    _acts: dict[str, tuple[str, int, set[int]]] = field(default_factory=dict)  # fingerprint, steps, those done

    @classmethod
    def of(cls, path: Path | None) -> Memory:
        """As it was left; a new one where there is none, or none that can be read."""
        memory = cls(path)
        if path is None or not path.is_file():
            return memory
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            memory.runs = int(kept["runs"])
            for name, act in kept["acts"].items():
                memory._acts[name] = (str(act["of"]), int(act["steps"]), set(map(int, act["done"])))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(path)
        return memory

    def know(self, name: str, steps: list[str]) -> None:
        """The act takes these steps now; if they are others than before, all are to be tried."""
        mark = hashlib.sha256("\n".join(steps).encode()).hexdigest()[:16]
        if name not in self._acts or self._acts[name][0] != mark:
            self._acts[name] = (mark, len(steps), set())

    def left(self, name: str) -> list[int]:
        """Numbers of the steps (from 1) that are still to be tried."""
        _, steps, done = self._acts[name]
        return [number for number in range(1, steps + 1) if number not in done]

    def done(self, name: str, number: int) -> None:
        self._acts[name][2].add(number)
        self._keep()

    def end_of_run(self) -> None:
        """When nothing is left of anything, the next run begins anew."""
        self.runs += 1
        if not any(self.left(name) for name in self._acts):
            self._acts.clear()
        self._keep()

    def _keep(self) -> None:
        if self.path is None:
            return
        acts = {name: {"of": mark, "steps": n, "done": sorted(done)} for name, (mark, n, done) in self._acts.items()}
        part = self.path.with_name(self.path.name + ".part")
        part.write_text(json.dumps({"runs": self.runs, "acts": acts}, indent=1) + "\n", encoding="utf-8")
        part.replace(self.path)
