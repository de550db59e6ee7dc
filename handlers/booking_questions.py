"""What is asked for a visit, question by question, in the order of the conversation.

The sensitive questions stand together, so that a chat abroad needs our own page once only.
"""

from bot.dialog import Asked, Elsewhere, Heard, Question, Reading
from bot.dialog.expect import Choice, PersonName, Phone, Words
from bot.dialog.place import Place
from bot.dialog.several import Several
from bot.domain.people import KIND_NAMES, DisabilityKind, mask_address
from bot.domain.visit_needs import (
    CALLS,
    DOORS,
    NEEDS,
    PURPOSES,
    RESIDENCES,
    TRAVELS,
    ForWhom,
    Purpose,
    Residence,
    Travel,
)
from bot.i18n import _, verbatim
from handlers.booking_people import AGREED, WHOM, PersonsId


class MayStay(Choice[Travel]):
    """Who can travel is shown the group sessions instead."""

    def pick(self, value: str, asked: Asked) -> Reading[Travel]:
        if value == Travel.CAN.value:
            return Elsewhere("no_visit:can_travel")
        return Choice.pick(self, value, asked)

    def read(self, heard: Heard, asked: Asked) -> Reading[Travel]:
        if heard.agrees is None:
            return Choice.read(self, heard, asked)
        return self.pick((Travel.CAN if heard.agrees else Travel.CANNOT).value, asked)


class LivesHere(Choice[Residence]):
    """Guangdong is in charge of its households and of who holds its residence permit."""

    def pick(self, value: str, asked: Asked) -> Reading[Residence]:
        if value == Residence.AWAY.value:
            return Elsewhere("no_visit:away")
        return Choice.pick(self, value, asked)


TRAVEL = Question(
    key="travel",
    ask=_("Can the person travel to an assessment, with help?"),
    expect=MayStay(
        TRAVELS,
        spoken=dict.fromkeys(
            ("不能", "去不了", "出不了门", "去唔到", "出唔到", "cannot"), Travel.CANNOT
        ),
    ),
    label=_("Travel"),
    why=_(
        "Home visits are for people who cannot travel because of age, illness or a disability. "
        "There are not enough doctors for more."
    ),
    hint=_("Please choose one from the list, for example 'not sure'."),
)
PURPOSE = Question(
    key="purpose",
    ask=_("What is the assessment for?"),
    expect=Choice(
        PURPOSES,
        spoken={
            "第一次": Purpose.FIRST,
            "没办过": Purpose.FIRST,
            "到期": Purpose.RENEW,
            "过期": Purpose.RENEW,
            "expired": Purpose.RENEW,
        },
    ),
    label=_("Purpose"),
    why=_("Each needs other papers. A new certificate after ten years is not assessed everywhere."),
    hint=_("Please choose one from the list."),
)
RESIDENCE = Question(
    key="residence",
    ask=_("Where is the person's household registered?"),
    expect=LivesHere(
        RESIDENCES,
        spoken=dict.fromkeys(("本地", "这里", "呢度", "here"), Residence.HERE),
    ),
    label=_("Household"),
    why=_("The certificate is given where the household is, or the residence permit."),
    hint=_("Please choose one from the list."),
)
CARER = Question(
    key="carer",
    ask=_("The team asks for you at the door. What is your own name?"),
    expect=PersonName(),
    label=_("Carer"),
    why=_("The team should know who opens the door."),
    hint=_("Your full name, for example 陈小明."),
    when=lambda answers: answers.get(WHOM) not in (None, ForWhom.ME),
    remember="carer",
)
PHONE = Question(
    key="phone",
    ask=_("Which phone number can the team call?"),
    expect=Phone(),
    label=_("Phone"),
    called=("手机", "号码"),
    why=_("The team calls if it is late, or if something changes."),
    hint=_("A mobile number has 11 digits, for example 138 0013 8000."),
    remember="phone",
)
CALL = Question(
    key="call",
    ask=_("When and how may the team reach you there?"),
    expect=Choice(CALLS),
    label=_("Contact"),
    why=_("So that nobody calls in vain. Whoever cannot hear or speak gets text only."),
    hint=_("Please choose one from the list, for example 'text only'."),
)
PLACE = Question(
    key="place",
    ask=_("Write the district and the street or town, or choose. Where does the person live?"),
    expect=Place(),
    label=_("Place"),
    why=_("Each county has its own team. The place tells me which one comes to you."),
    hint=_("District and street, for example 荔湾区多宝街道."),
    changes=("visit",),
    remember="place",
)
NAME = Question(
    key="name",
    ask=_("What is the full name of the person to be assessed, as on the identity card?"),
    expect=PersonName(),
    label=_("Name"),
    called=("名字",),
    why=_("The doctors write it into the assessment form."),
    hint=_("The full name, for example 陈小明."),
    when=lambda answers: answers.get(WHOM) is not ForWhom.CHILD,
)
# Everything about a child under 14 is sensitive (PIPL Art. 28), the name too.
CHILD_NAME = Question(
    key="child_name",
    ask=_("What is the child's full name, as in the household register?"),
    expect=PersonName(),
    label=_("Name"),
    called=("名字",),
    why=_("The doctors write it into the assessment form."),
    hint=_("The full name, for example 陈小明."),
    when=lambda answers: answers.get(WHOM) is ForWhom.CHILD,
    sensitive=True,
)
KINDS = Question(
    key="kinds",
    ask=_("You can choose several, or skip this. What kind of disability is it about?"),
    expect=Several(
        {kind: name for kind, name in KIND_NAMES.items() if kind is not DisabilityKind.MULTIPLE},
        spoken={
            "看不见": DisabilityKind.VISION,
            "盲": DisabilityKind.VISION,
            "眼睛": DisabilityKind.VISION,
            "听不见": DisabilityKind.HEARING,
            "聋": DisabilityKind.HEARING,
            "耳朵": DisabilityKind.HEARING,
            "说话": DisabilityKind.SPEECH,
            "哑": DisabilityKind.SPEECH,
            "身体": DisabilityKind.PHYSICAL,
            "手脚": DisabilityKind.PHYSICAL,
            "瘫痪": DisabilityKind.PHYSICAL,
            "自闭症": DisabilityKind.MENTAL,
            "physical": DisabilityKind.PHYSICAL,
            "body": DisabilityKind.PHYSICAL,
        },
    ),
    label=_("Disability"),
    why=_("Each kind needs its own doctor, and not everything can be assessed at home."),
    hint=_("Please choose one or several from the list, or skip it."),
    changes=("visit",),
    sensitive=True,
    optional=True,
)
ID_NUMBER = Question(
    key="id_number",
    ask=_("You can skip this. What is the identity number of the person to be assessed?"),
    expect=PersonsId(WHOM),
    label=_("ID number"),
    why=_("With it the team can prepare the form. Without it a person asks you later."),
    hint=_("18 characters, as on the identity card. Or skip it."),
    sensitive=True,
    optional=True,
)
DOOR = Question(
    key="door",
    ask=_("Please write road, house number, floor and room. How does the team find the door?"),
    expect=Words(
        shortest=2,
        longest=200,
        mask=mask_address,
        polite=True,
        example=verbatim("多宝路12号3楼302房"),
    ),
    label=_("Address"),
    why=_("The team comes to this door."),
    hint=_("Road, house number, floor and room, for example 多宝路12号3楼302房."),
    sensitive=True,
    remember="address",
)
DOOR_IS = Question(
    key="door_is",
    ask=_("You can choose, write a landmark, or skip this. What should the team know of the way?"),
    expect=Several(DOORS, free=True),
    label=_("The way"),
    why=_("They bring equipment. Without a lift, or with a dog, they prepare for it."),
    hint=_("For example 'stairs only', or the name of a shop nearby. Or skip it."),
    sensitive=True,
    optional=True,
)
NEEDED = Question(
    key="needs",
    ask=_("You can choose several, write it, or skip this. What help does the person need?"),
    expect=Several(NEEDS, free=True),
    label=_("Help needed"),
    why=_("So that the right people and things come along, and nobody is frightened."),
    hint=_("For example 'sign language'. Or skip it."),
    sensitive=True,
    optional=True,
)
OF_THE_PERSON = (
    WHOM,
    AGREED,
    CARER,
    NAME,
    PHONE,
    CALL,
    PLACE,
    RESIDENCE,
    CHILD_NAME,
    KINDS,
    ID_NUMBER,
    DOOR,
    DOOR_IS,
    NEEDED,
)
"""What a chat remembers of somebody, for the next time."""
