"""The one form of a row of `script/faults`."""

from script.measures.frame import Row, held

COLUMNS: Row = (
    "fault",
    "database",
    "what was going on",
    "lost",
    "what the user sees",
    "well again after",
    "held",
)


def fault_row(
    fault: str,
    engine: str,
    *,
    meanwhile: str,
    lost: str,
    seen: str,
    well_after: float | None,
    is_held: bool,
) -> Row:
    """The cells of one fault.

    `lost` counts what was acknowledged and is gone, or stands twice; `seen` is what a person
    meets; `well_after` is in seconds from the fault's end, None where there is nothing to wait
    for.
    """
    after = "at once" if well_after is None else f"{well_after:.0f} s"
    return [fault, engine, meanwhile, lost, seen, after, held(is_held)]
