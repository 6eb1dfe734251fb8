"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.assessments.models.attempts import Answer, Attempt
from lms.assessments.models.corrections import QuestionCorrection, Regrade
from lms.assessments.models.files import HandedFile
from lms.assessments.models.markings import Marking, MarkingDecision, WritingVersion
from lms.assessments.models.play_statistics import PlayStatistic
from lms.assessments.models.plays import Play
from lms.assessments.models.statistics import ItemStatistic, QuizStatistic
from lms.assessments.models.writings import Writing

__all__ = [
    "Answer",
    "Attempt",
    "HandedFile",
    "ItemStatistic",
    "Marking",
    "MarkingDecision",
    "Play",
    "PlayStatistic",
    "QuestionCorrection",
    "QuizStatistic",
    "Regrade",
    "Writing",
    "WritingVersion",
]
