"""What a mutant is."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    """What goes wrong."""
    fault: str
    file: str
    line: str
    """In place of `line`; MUTANT in it is true while this mutant is awake."""
    instead: str
    """The fault shows only when workers are killed."""
    needs_kills: bool = False
    """The fault shows only when disk space is given back."""
    needs_compaction: bool = False
