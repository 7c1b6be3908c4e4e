"""Puts the mutants into a server. The product's own sources stay free of them.

A copy of the tree is made below `.build/mutants`, the lines that the mutants name are replaced in it, and the tenant worker is built once
from that copy with all of them inside; which one is awake says a file beside the program, read when a worker starts. Each line must occur
exactly once in its file, so a change of the product that moves it is noticed (`mutants.py --check`).
"""

import shutil
import subprocess

from . import CHECKOUT
from .mutant import Mutant
from .mutants import MUTANTS

COPY = CHECKOUT / ".build/mutants/tree"
SCRATCH = CHECKOUT / ".build/mutants/build"
PROGRAM = SCRATCH / "release/casella-tenant"

# The worker reads the name before it cages itself.
AWAKENING = Mutant(
    "",
    "",
    "Sources/Roles/TenantWorker/WorkerProcess.swift",
    'Log.start(process: "tenant")',
    'Log.start(process: "tenant"); Mutant.awaken()',
)

MUTANT_SWIFT = """\
import Glibc

/// Which fault is awake in this process: the name in the file beside the program.
public enum Mutant {
    /// Written once, before any other thread or task exists.
    nonisolated(unsafe) private static var awake = ""

    public static func awaken() {
        guard let file = fopen(CommandLine.arguments[0] + ".mutant", "r") else { return }
        defer { fclose(file) }
        var name = [CChar](repeating: 0, count: 100)
        guard fgets(&name, Int32(name.count), file) != nil else { return }
        awake = String(decoding: name.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        Log.info("a mutant is awake", ["name": awake])
    }

    public static func isAwake(_ name: String) -> Bool { awake == name }
}
"""


def mutated(text, mutants):
    """The text of a file with its mutants in it.

    - Raises `ValueError` for a line that is not there exactly once."""
    result = text
    for mutant in mutants:
        if text.count(mutant.line) != 1:
            place = f"{mutant.line.strip()!r} occurs {text.count(mutant.line)} times in {mutant.file}"
            raise ValueError(f"{mutant.name or 'the awakening'}: {place}")
        result = result.replace(mutant.line, mutant.instead.replace("MUTANT", f'Mutant.isAwake("{mutant.name}")'))
        if mutant.line in result and mutant.line not in mutant.instead:
            raise ValueError(f"{mutant.name}: another mutant is in the way")
    return result if "import Runtime\n" in result else "import Runtime\n" + result


def by_file():
    files = {}
    for mutant in [AWAKENING, *MUTANTS]:
        files.setdefault(mutant.file, []).append(mutant)
    return files


def check():
    """What is wrong with the list, as sentences; empty when every mutant finds its line."""
    problems = []
    for file, mutants in by_file().items():
        try:
            mutated((CHECKOUT / file).read_text(), mutants)
        except (OSError, ValueError) as problem:
            problems.append(str(problem))
    return problems


def build():
    """Makes the copy and builds the tenant worker from it; quick when little has changed."""
    for folder in ("Sources", "Tests"):
        copy_changed(CHECKOUT / folder, COPY / folder)
    for file in ("Package.swift", "Package.resolved"):
        write_changed((CHECKOUT / file).read_bytes(), COPY / file)
    for file, mutants in by_file().items():
        write_changed(mutated((CHECKOUT / file).read_text(), mutants).encode(), COPY / file)
    write_changed(MUTANT_SWIFT.encode(), COPY / "Sources/System/Runtime/Mutant.swift")
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "casella-tenant"]
    subprocess.run([*command, "--package-path", COPY, "--scratch-path", SCRATCH], check=True)


def copy_changed(source, target):
    """Makes `target` the same as `source`, except for files that `by_file` writes; what is equal keeps its time, for the compiler."""
    ours = {CHECKOUT / file for file in by_file()}
    target.mkdir(parents=True, exist_ok=True)
    names = set()
    for entry in source.iterdir():
        names.add(entry.name)
        if entry.is_dir():
            copy_changed(entry, target / entry.name)
        elif entry not in ours:
            write_changed(entry.read_bytes(), target / entry.name)
    for entry in target.iterdir():
        if entry.name not in names and entry.name != "Mutant.swift":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def write_changed(content, path):
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
