"""What strangers and naughty input get out of the product."""

import sys
from collections.abc import Iterator

from script.measures import form_fuzz, product, scanners
from script.measures.frame import Row, Table, held

TABLE = Table(["tool", "as", "how much", "found", "held", "command"])


@TABLE.measure(seconds=1800)
def form_fuzzing() -> Iterator[Row]:
    """Each field, query, path and body, sent what it was never made for: no 500, no half change."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            found = form_fuzz.fuzz(installation)
        for fault in found.faults:
            print(fault, file=sys.stderr)
        drawn = f"{found.requests:,} requests of {found.possible:,}, seed {form_fuzz.SEED}"
        much = f"{drawn}; {found.forms} forms, {found.fields} fields, {found.pages} pages"
        yield [
            f"form fuzz, {engine}",
            "nobody and six roles",
            much,
            f"{len(found.faults)} faults",
            held(not found.faults),
            "script/security form_fuzzing",
        ]


@TABLE.measure(seconds=5400)
def scanning() -> Iterator[Row]:
    """Wapiti and sqlmap against the running demonstration, in each role."""
    folder = scanners.folder()
    if folder is None:
        yield ["wapiti, sqlmap", "", scanners.HOW_TO_GET, "not run", held(False), "script/security"]
        return
    with product.installed(product.SQLITE) as installation, installation.serving():
        for scan in scanners.scans(installation, folder):
            for finding in [*scan.findings, *scan.failures]:
                print(f"{scan.tool} as {scan.role}: {finding}", file=sys.stderr)
            yield [
                scan.tool,
                scan.role,
                f"{scan.requests:,} requests, {scan.views} views answered 200",
                f"{len(scan.findings)} findings, {len(scan.failures)} answers of 500 and above",
                held(not scan.findings and not scan.failures and scan.views > 0),
                "script/security scanning",
            ]


if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
