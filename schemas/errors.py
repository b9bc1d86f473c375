"""Errors stop the program: one short tree, each branch with its exit code and a sentence in two languages.

    ChildDBError                 1   anything of ours not named below
    +-- UsageFault               2   the command's words do not fit (click uses 2 as well)
    |   (exit 3 is no error: done, but rows were held back)
    +-- NotSetUp                 4   no store or no key: run `childdb init`
    +-- KeyFault                 5   the key does not open this store, or is damaged
    +-- UnreadableFile           6   a file that is missing, damaged, locked, too large or of another kind
    +-- StoreBusy                7   another process is writing
    +-- NoSpace                  8   disk full or not writable
    +-- InvalidDefinition        9   a definition, template, parameter or profile is not as the loader asks
    +-- CheckFailed             10   a package, an audit chain or a figure does not agree with what it claims
    +-- NotFound                11   the unit, batch, child, indicator ... that was named does not exist
    +-- NotAllowed              12   the user may not do or see this
    +-- NotDelivered            13   a package did not get through; it is kept, and goes with the next run

An *issue* (schemas.issues) is something wrong in the data: a value, collected, never raised.
"""


class ChildDBError(Exception):
    """An error with a sentence in Vietnamese and English; `str()` gives the Vietnamese one."""

    exit_code = 1

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi = vi
        self.en = en

    def sentence(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


class UsageFault(ChildDBError):
    exit_code = 2


class NotSetUp(ChildDBError):
    exit_code = 4


class KeyFault(ChildDBError):
    exit_code = 5


class UnreadableFile(ChildDBError):
    exit_code = 6


class StoreBusy(ChildDBError):
    exit_code = 7


class NoSpace(ChildDBError):
    exit_code = 8


class InvalidDefinition(ChildDBError):
    exit_code = 9


class CheckFailed(ChildDBError):
    exit_code = 10


class NotFound(ChildDBError):
    exit_code = 11


class NotAllowed(ChildDBError):
    exit_code = 12


class NotDelivered(ChildDBError):
    exit_code = 13


DONE = 0
DONE_WITH_HELD_ROWS = 3
