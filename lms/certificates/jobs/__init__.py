"""The worker's part: making documents, work on many certificates, what comes round."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.certificates.jobs import bundles, many, rendering
from lms.certificates.services.bulk import BUNDLE, ISSUE, MAKE_MISSING, REGENERATE
from lms.certificates.services.issuing import RENDER
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler

LOOK_AT_HELD = "certificates.look-at-held"
FORGET_BUNDLES = "certificates.forget-bundles"

HANDLERS: Mapping[str, Handler] = {
    RENDER: rendering.render_certificate,
    ISSUE: many.issue_missing,
    REGENERATE: many.regenerate,
    MAKE_MISSING: many.make_missing,
    BUNDLE: bundles.make_bundle,
    LOOK_AT_HELD: many.look_at_held,
    FORGET_BUNDLES: bundles.forget_bundles,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic(LOOK_AT_HELD, datetime.timedelta(hours=1)),
    Periodic(FORGET_BUNDLES, datetime.timedelta(days=1), datetime.timedelta(hours=5)),
)
PROMPT = (RENDER,)
