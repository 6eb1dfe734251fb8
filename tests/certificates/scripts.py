"""Names in every script of the members (content/members.csv), and how their pictures are made.

The people are invented. Each name has what its script is hard for: stacks, joins, marks above
and below, letters that change places, joiners that nobody sees.

    .venv/bin/python -m tests.certificates.scripts     draws the references again; look at each
"""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PIL import Image

from lms.certificates.documents import make_document
from lms.certificates.rules import CertificateKind, Snapshot
from tests.support import pdf

REFERENCES = Path(__file__).parent / "references"
NUMBER = "BK7Q4M2X9TDA3F8H6WZC"
ADDRESS = f"https://bekal.example/verify/{NUMBER}"
DOTS = 100
"""To the inch. The band holds what the certificate says of the person."""
BAND = (0.14, 0.24, 0.86, 0.53)
GREYS = 8


@dataclass(frozen=True, slots=True)
class Written:
    """A name in Latin letters, in its own, and the language of those."""

    latin: str
    own: str | None
    language: str | None
    member: str


NAMES: dict[str, Written] = {
    "latin-palauan": Written("Ngirmekur Techong", None, None, "Palau"),
    "latin-vietnamese": Written("Nguyễn Thị Phượng", None, None, "Viet Nam"),
    "latin-tongan": Written("Mele ʻAlisi Tuʻifua", None, None, "Tonga"),
    "latin-maori": Written("Hōne Tāmati Ngāpō", None, None, "New Zealand"),
    "latin-turkish": Written("İlknur Işık Çağlayan", None, None, "Türkiye"),
    "thai": Written("Somying Jaingamdee", "สมหญิง น้ำผึ้งใจดี", "th", "Thailand"),
    "lao": Written("Souliya Phommachanh", "ສຸລິຍາ ພົມມະຈັນ ນ້ອຍຫຼ້າ", "lo", "Lao PDR"),
    "khmer": Written("Sok Chansreymom", "សុខ ចាន់ស្រីមុំ ព្រះសង្ឃ្រា", "km", "Cambodia"),
    "myanmar": Written("Daw Khin Myo Chit", "ဒေါ်ခင်မျိုးချစ် ကြွယ်ဝင်း", "my", "Myanmar"),
    "arabic": Written("Fatima al-Zahra Haddad", "فاطِمة الزهراء الحدّاد", "ar", "Jordan"),
    "persian": Written("Mohammadreza Kazeminejad", "محمدرضا کاظمی‌نژاد", "fa", "Iran"),
    "urdu": Written("Abdul Rahman Siddiqui", "محمد عبدالرحمٰن صدیقی", "ur", "Pakistan"),
    "pashto": Written("Gul Makai Zadran", "ګل مکۍ ځدراڼ", "ps", "Afghanistan"),
    "dari": Written("Zahra Hashimi", "زهرا هاشمی ژاله", "prs", "Afghanistan"),
    "kurdish": Written("Shirin Rasul", "شیرین ڕەسووڵ عەبدوڵڵا", "ku", "Iraq"),
    "jawi": Written("Zulkarnain bin Engku", "ذوالقرنين بن اڠكو چيق", "ms", "Brunei Darussalam"),
    "devanagari-hindi": Written("Lakshmi Kshetrapal", "लक्ष्मी क्षेत्रपाल त्रिवेदी", "hi", "India"),
    "devanagari-nepali": Written("Gyanendra Shrestha", "ज्ञानेन्द्र श्रेष्ठ", "ne", "Nepal"),
    "bengali": Written("Sharmistha Chakraborty", "শর্মিষ্ঠা চক্রবর্তী মোঃ", "bn", "Bangladesh"),
    "sinhala": Written("Sriyani Wickramasinghe", "ශ්‍රියානි වික්‍රමසිංහ", "si", "Sri Lanka"),
    "tamil": Written("Lakshmi Srinivasan", "லக்ஷ்மி ஸ்ரீநிவாசன் கொ", "ta", "Sri Lanka"),
    "gujarati": Written("Jignesh Kshatriya", "જીજ્ઞેશ ક્ષત્રિય", "gu", "India"),
    "gurmukhi": Written("Harpreet Singh", "ਹਰਪ੍ਰੀਤ ਸਿੰਘ ਗਿੱਲ", "pa", "India"),
    "telugu": Written("Krishnaveni Srikantham", "కృష్ణవేణి శ్రీకంఠం", "te", "India"),
    "kannada": Written("Jnanesh Krishnappa", "ಜ್ಞಾನೇಶ್ ಕೃಷ್ಣಪ್ಪ", "kn", "India"),
    "malayalam": Written("Lakshmi Krishnan", "ലക്ഷ്മി കൃഷ്ണൻ", "ml", "India"),
    "oriya": Written("Jagannath Mohanty", "ଜଗନ୍ନାଥ ମହାନ୍ତି", "or", "India"),
    "thaana": Written("Aishath Rasheeda", "އައިޝަތު ރަޝީދާ", "dv", "Maldives"),
    "tibetan-dzongkha": Written("Karma Wangchuk", "ཀརྨ་དབང་ཕྱུག་བསྒྲུབས", "dz", "Bhutan"),
    "cyrillic-mongolian": Written("Өлзийбаярын Бямбацэрэн", None, "mn", "Mongolia"),
    "mongolian": Written("Batubayar", "ᠪᠠᠲᠤᠪᠠᠶᠠᠷ", "mn", "Mongolia"),
    "han-simplified": Written("Ouyang Lihua", "欧阳丽华", "zh", "China"),
    "han-traditional": Written("Au Yeung Lai Wah", "歐陽麗華", "zh", "Hong Kong SAR"),
    "han-cantonese": Written("Chan Tai Man", "陳直骨", "yue", "Hong Kong SAR"),
    "japanese": Written("Takahashi Sakura", "髙橋 直骨 さくら", "ja", "Japan"),
    "hangul": Written("Kim Seoyeon", "김서연 뷁", "ko", "Republic of Korea"),
}

SNAPSHOT = Snapshot(
    kind=CertificateKind.COMPLETION,
    language="en",
    name="Ngirmekur Techong",
    name_own_script=None,
    own_script_language=None,
    member="Palau",
    agency="Bureau of Immigration",
    title="Trafficking victim identification",
    edition_number=3,
    courses=(),
    hours=5.0,
    completed_on=datetime.date(2026, 10, 30),
    issued_on=datetime.date(2026, 10, 30),
    expires_on=None,
    signatory_name="Mele Tuʻifua",
    signatory_post="Co-manager, Regional Support Office",
    authority="Regional Support Office",
)


@cache
def certificate_of(written: Written) -> bytes:
    """The certificate of this person."""
    snapshot = replace(
        SNAPSHOT,
        name=written.latin,
        name_own_script=written.own,
        own_script_language=written.language,
        member=written.member,
    )
    return make_document(snapshot, number=NUMBER, address=ADDRESS, is_specimen=False)


def band_of(file: bytes) -> Image.Image:
    """The part of a certificate that names the person, in a few greys."""
    sheet = picture(file)
    across, down = sheet.size
    corners = zip(BAND, (across, down) * 2, strict=True)
    start, top, end, bottom = (round(part * whole) for part, whole in corners)
    return sheet.crop((start, top, end, bottom))


@cache
def picture(file: bytes) -> Image.Image:
    """The whole sheet in grey."""
    return Image.open(io.BytesIO(pdf.picture_of(file, dots=DOTS))).convert("L")


def save(drawn: Image.Image, path: Path) -> None:
    """Keep a picture small: a few greys."""
    drawn.quantize(GREYS).save(path, optimize=True)


def draw_references() -> None:
    """Draw all of them anew."""
    REFERENCES.mkdir(exist_ok=True)
    for script, written in NAMES.items():
        save(band_of(certificate_of(written)), REFERENCES / f"{script}.png")
    save(picture(certificate_of(NAMES["thaana"])), REFERENCES / "sheet.png")


if __name__ == "__main__":
    draw_references()
