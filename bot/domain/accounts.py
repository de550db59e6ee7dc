"""An account as somebody asks for it, in a form or a row of a spreadsheet; what can be wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.regions import PROVINCE, Regions
from bot.domain.staff import Role
from bot.i18n import Text, _

LONGEST_NAME = 40
RESERVED = frozenset({"new", "import"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
ROLE_WORDS: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    **dict.fromkeys(("经办人", "經辦人", "办事员", "文员"), Role.CLERK),
    **dict.fromkeys(("评定员", "評定員", "评定医生"), Role.ASSESSOR),
    **dict.fromkeys(("主管", "科长"), Role.SUPERVISOR),
    **dict.fromkeys(("管理员", "管理員"), Role.ADMINISTRATOR),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("账号", "帳號", "account", "name", "登录名"),
    "display_name": ("姓名", "full name", "display name", "display_name"),
    "role": ("角色", "role"),
    "region": ("地区", "地區", "region"),
}
"""Of a spreadsheet of people, each with the headings it may have."""


@dataclass(frozen=True, slots=True)
class Account:
    """One wished account, its words understood."""

    name: str
    display_name: str
    role: Role
    region: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What was written, the account that it makes, or the faults that it has."""

    line: int
    written: Mapping[str, str]
    account: Account | None
    faults: tuple[Text, ...]


def read(line: int, written: Mapping[str, str], regions: Regions, within: str) -> Wish:
    """`within`: the region of whoever wishes it; nothing beyond it can be given."""
    faults: list[Text] = []
    name = written.get("name", "").strip().lower()
    if not _NAME.fullmatch(name) or name in RESERVED:
        faults.append(
            _("The account needs 2 to 40 letters, digits, dots or hyphens, for example li.mei.")
        )
    display_name = " ".join(written.get("display_name", "").split())
    if not 0 < len(display_name) <= LONGEST_NAME:
        faults.append(_("The full name is missing, or longer than 40 characters."))
    role = ROLE_WORDS.get(written.get("role", "").strip().lower())
    if role is None:
        faults.append(_("The role must be clerk, assessor, supervisor or administrator."))
    region = region_of(written.get("region", ""), regions)
    if not region:
        faults.append(_("This region is not known. Write its name or its code, for example 4401."))
    elif not regions.contains(within, region):
        faults.append(_("This region lies outside yours."))
    if faults or role is None:
        return Wish(line, written, None, tuple(faults))
    return Wish(line, written, Account(name, display_name, role, region), ())


def region_of(words: str, regions: Regions) -> str:
    """The code of a division by its code or its name; '' where none or several are meant."""
    plain = words.strip()
    if plain in (PROVINCE, "广东", "广东省", "廣東省"):
        return PROVINCE
    if plain in regions.by_code:
        return plain
    found = regions.find(plain) if not plain.isdecimal() else []
    return found[0].code if len(found) == 1 else ""
