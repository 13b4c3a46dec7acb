"""The exit codes of `stairstep`, documented once; they are part of what scripts may rely on."""

from __future__ import annotations

OK = 0
USER_ERROR = 1  # something the user can mend: a folder, a file, a setting, a lock
USAGE = 2  # an unknown option or a missing argument
GATE_STOPPED = 3  # a gate stopped the run; what was published last stays up
UNEXPECTED = 4  # a fault of the program, or of what it runs on
INTERRUPTED = 130  # Ctrl-C

EPILOG = (
    "Exit codes: 0 done; 1 something you can mend (the message says what); 2 wrong usage; "
    "3 a gate stopped the run and what was published last stays up; 4 unexpected (--debug shows "
    "the traceback); 130 interrupted."
)
