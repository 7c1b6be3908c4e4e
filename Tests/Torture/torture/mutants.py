"""The mutants: faults of one line each that the tester must find. How they get into a server is told in mutation.py."""

from .session_mutants import SESSION_MUTANTS
from .store_mutants import STORE_MUTANTS

MUTANTS = SESSION_MUTANTS + STORE_MUTANTS
