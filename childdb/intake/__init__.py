"""The intake: any commune's workbook into typed records, with every row accounted for."""

from childdb.intake.blank_form import write_template
from childdb.intake.grid import Limits
from childdb.intake.guarded import read_file_guarded, read_files
from childdb.intake.outcomes import RowOutcome
from childdb.intake.read import read_file
from childdb.intake.records_file import records_csv
from childdb.intake.returns import write_return
from childdb.intake.template import Template

__all__ = [
    "Limits", "RowOutcome", "Template", "read_file", "read_file_guarded", "read_files", "records_csv", "write_return",
    "write_template",
]  # fmt: skip
