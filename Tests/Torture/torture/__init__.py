"""Many IMAP sessions at once, each with a model of all that the server told it; any contradiction fails.

    wire       a connection: commands out, responses in, and the transcript
    grammar    responses, parsed exactly as RFC 3501 §9 writes them
    messages   messages that say which they are
    view       what one session knows of its selected mailbox, by what it was told
    facts      what is true of a mailbox, by what was acknowledged to anybody
    writing    what a command is about to change
    session    a session: runs commands, keeps view and facts
    reading    the random operations: those that read,
    changing   those that change messages,
    folders    those on mailboxes
    client     a random client: which operation comes next
    quiet      the comparison of everybody's view while nothing happens
    run        all of them together, and the kills
    mutants    faults that the tester must find: session_mutants and store_mutants, each a mutant
    mutation   how they get into a server
"""

import pathlib

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
