"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.courses.models.adaptations import Adaptation, AdaptationFile
from lms.courses.models.editions import StoredEdition
from lms.courses.models.notes import Helpline, MemberNote
from lms.courses.models.paths import PathEdition

__all__ = ["Adaptation", "AdaptationFile", "Helpline", "MemberNote", "PathEdition", "StoredEdition"]
