"""What a screen reader is given to say: the browser's accessibility tree, in reading order.

It is the tree that Chromium hands to the system, so names, descriptions and states are those of
the browser and not of a library. How a certain reader says them is not known here.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

SILENT = frozenset(
    [
        "none",
        "generic",
        "paragraph",
        "list",
        "listitem",
        "ListMarker",
        "LineBreak",
        "LabelText",
        "Legend",
        "MenuListPopup",
        "DescriptionList",
        "term",
        "definition",
    ]
)
"""Roles that are left out here: their words are not."""
WITH_STATE = {"checked": "chosen", "selected": "selected", "expanded": "open"}
SAID_WHOLE = frozenset(
    {"DisclosureTriangle", "button", "link", "radio", "checkbox", "textbox", "spinbutton", "option"}
)
"""Roles whose words are their name, and are not said again."""


def spoken(page: Page, selector: str) -> list[str]:
    """One line for each thing below the element: “role: name – description (states)”."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("Accessibility.enable")
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        found = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})
        described = session.send("DOM.describeNode", {"nodeId": found["nodeId"]})["node"]
    finally:
        session.detach()
    by_id = {node["nodeId"]: node for node in tree}
    (start,) = [n for n in tree if n.get("backendDOMNodeId") == described["backendNodeId"]]
    lines: list[str] = []
    _say(start, by_id, lines, is_muted=False)
    return lines


def _say(
    node: dict[str, Any], by_id: dict[str, dict[str, Any]], lines: list[str], *, is_muted: bool
) -> None:
    role = str(node.get("role", {}).get("value", ""))
    name = " ".join(str(node.get("name", {}).get("value", "")).split())
    if role == "InlineTextBox":
        return
    if role == "StaticText":
        if name and not is_muted:
            lines.append(name)
        return
    is_said = not node.get("ignored") and role not in SILENT
    # An unnamed group is what <details> is: its summary says all.
    if is_said and (name or role != "group"):
        lines.append(_line(node, role, name))
    if is_said and role in SAID_WHOLE:
        return
    # The words of a label or legend are the name of what they label; they are not told twice.
    is_muted = is_muted or role in {"LabelText", "Legend"} or (is_said and role == "heading")
    for child in node.get("childIds", []):
        if child in by_id:
            _say(by_id[child], by_id, lines, is_muted=is_muted)


def _line(node: dict[str, Any], role: str, name: str) -> str:
    line = f"{role}: {name}" if name else role
    description = " ".join(str(node.get("description", {}).get("value", "")).split())
    if description:
        line += f" – {description}"
    states = []
    for each in node.get("properties", []):
        kind, value = each["name"], each["value"].get("value")
        if kind in WITH_STATE and role != "option":
            is_on = value in {True, "true"}
            states.append(WITH_STATE[kind] if is_on else f"not {WITH_STATE[kind]}")
        elif kind == "invalid" and value not in {"false", False}:
            states.append("to mend")
        elif kind == "live" and value not in {"off", None}:
            states.append(f"said {value}ly" if value == "polite" else f"said {value}")
    value = str(node.get("value", {}).get("value", ""))
    if value and role not in {"option", "radio", "checkbox"}:
        states.append(f"holds “{value}”")
    return f"{line} ({', '.join(states)})" if states else line
