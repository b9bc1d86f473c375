"""A process of its own that reads one SQLite file by ADBC: statements (JSON) in, one Arrow stream for each out.

It must not share a process with Python's own SQLite: two copies of the library in one process do not see each other's
locks (they belong to the process), and the second to close takes the write-ahead log from under the first, so that
later writes are lost. Run by path, without the package, so that it starts at once.
"""

import json
import sys

import pyarrow as pa
from adbc_driver_sqlite import dbapi

BATCH_ROWS = 65_536


def main() -> None:
    statements = json.loads(sys.stdin.buffer.readline())
    # autocommit is off: the first select begins the transaction that all the others read in
    with dbapi.connect(sys.argv[1]) as connection:
        for statement in statements:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
                cursor.execute(statement)
                with (
                    cursor.fetch_record_batch() as reader,
                    pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as out,
                ):
                    for batch in reader:
                        out.write_batch(batch)
        sys.stdout.buffer.flush()
        connection.rollback()


if __name__ == "__main__":
    main()
