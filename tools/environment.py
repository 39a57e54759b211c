"""Make .venv hold exactly what a lock file names: `python3 tools/environment.py requirements.lock`.

Needs nothing but Python. Pip verifies the hash of every file, of those that build a package too.
A stamp in .venv keeps the digest of the locks, so that a second call costs nothing.
Whatever python3 there is reads this file: it must parse on 3.6, to say there what is wrong.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
BUILD = "requirements-build.lock"
ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"


def main(lock: str) -> int:
    """Bring .venv up to `lock`, a file in the root. Returns the exit code."""
    fault = missing()
    if fault:
        print(f"deskpost: {fault}", file=sys.stderr)
        return 1
    if not works():
        print(f"deskpost: creating .venv with Python {version(3)}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME)], check=True)
    stamp = HOME / f"{lock}.installed"
    digest = digest_of(BUILD, lock)
    if not stamp.exists() or stamp.read_text() != digest:
        print(f"deskpost: installing {lock} into .venv", flush=True)
        install(BUILD, "--only-binary=:all:")
        install(lock, "--use-pep517", "--no-build-isolation")
        stamp.write_text(digest)
    return 0


def missing() -> str:
    """What this machine lacks, as a sentence with its mend; empty if nothing."""
    if sys.version_info < OLDEST:
        return (
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, {sys.executable} is {version(3)}. "
            "Install a newer one and name it: make PYTHON=python3.12 run"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            f"{sys.executable} cannot make virtual environments. On Debian and Ubuntu: "
            f"apt-get install python3-venv (or python{version(2)}-venv)"
        )
    return ""


def works() -> bool:
    """True if .venv has a Python that runs and is new enough; a system upgrade breaks it."""
    if not PYTHON.exists():
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
    found = subprocess.run([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL)
    return found.returncode == 0


def install(lock: str, *options: str) -> None:
    """Install exactly the files whose hashes `lock` names."""
    pip = [str(PYTHON), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    what = ["install", "--require-hashes", "--requirement", str(ROOT / lock)]
    subprocess.run([*pip, *what, *options], check=True)


def digest_of(*locks: str) -> str:
    """SHA-256 over the files, as hex."""
    digest = hashlib.sha256()
    for lock in locks:
        digest.update((ROOT / lock).read_bytes())
    return digest.hexdigest()


def version(parts: int) -> str:
    """The running Python's version, as text."""
    return ".".join(str(part) for part in sys.version_info[:parts])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except subprocess.CalledProcessError as error:
        print("deskpost: setting up .venv failed, see above", file=sys.stderr)
        sys.exit(error.returncode)
