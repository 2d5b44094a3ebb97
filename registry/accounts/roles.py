"""Who may do what: the one table of the product (contract, section 2; pure)."""

from enum import StrEnum

from registry.enums import N_, LabelledEnum, Level


class Role(LabelledEnum):
    """A role is always held on an area of one of its levels."""

    OPERATOR = "operator", N_("Operator desa")
    VILLAGE_HEAD = "village_head", N_("Kepala desa/lurah")
    REVIEWER = "reviewer", N_("Pemeriksa kecamatan")
    LABOUR_OFFICE = "labour_office", N_("Dinas tenaga kerja")
    BP3MI = "bp3mi", N_("BP3MI")
    ADMIN = "admin", N_("Administrator")


class Permission(StrEnum):
    """What a page may ask for; the enforcer compares it with the role's grants."""

    OWN_ACCOUNT = "own_account"
    SEE_PEOPLE = "see_people"
    RECORD = "record"
    PRINT_LETTERS = "print_letters"
    VERIFY = "verify"
    FOLLOW_UP = "follow_up"
    SEE_RULE_FIGURES = "see_rule_figures"
    SEE_PATTERNS = "see_patterns"
    REVEAL = "reveal"
    IMPORT = "import"
    SEE_FIGURES = "see_figures"
    EXPORT_PEOPLE = "export_people"
    EXPORT_UNMASKED = "export_unmasked"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_JOURNAL = "see_journal"
    SEE_LOOKS = "see_looks"
    MANAGE_REFERENCE = "manage_reference"


ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.OPERATOR: frozenset({Level.VILLAGE}),
    Role.VILLAGE_HEAD: frozenset({Level.VILLAGE}),
    Role.REVIEWER: frozenset({Level.SUBDISTRICT}),
    Role.LABOUR_OFFICE: frozenset({Level.DISTRICT, Level.PROVINCE}),
    Role.BP3MI: frozenset({Level.PROVINCE, Level.COUNTRY}),
    Role.ADMIN: frozenset(Level),
}

_EVERYONE = {Permission.OWN_ACCOUNT, Permission.SEE_FIGURES}
_SEES_PEOPLE = _EVERYONE | {Permission.SEE_PEOPLE, Permission.EXPORT_PEOPLE, Permission.REVEAL}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        _SEES_PEOPLE
        | {
            Permission.RECORD,
            Permission.PRINT_LETTERS,
            Permission.FOLLOW_UP,
            Permission.IMPORT,
            Permission.EXPORT_UNMASKED,
        }
    ),
    Role.VILLAGE_HEAD: frozenset(
        _SEES_PEOPLE | {Permission.PRINT_LETTERS, Permission.FOLLOW_UP, Permission.SEE_LOOKS}
    ),
    Role.REVIEWER: frozenset(
        _SEES_PEOPLE
        | {
            Permission.RECORD,
            Permission.PRINT_LETTERS,
            Permission.VERIFY,
            Permission.FOLLOW_UP,
            Permission.IMPORT,
            Permission.EXPORT_UNMASKED,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
    Role.LABOUR_OFFICE: frozenset(
        _SEES_PEOPLE
        | {
            Permission.VERIFY,
            Permission.FOLLOW_UP,
            Permission.SEE_RULE_FIGURES,
            Permission.SEE_PATTERNS,
            Permission.IMPORT,
            Permission.EXPORT_UNMASKED,
            Permission.MANAGE_ACCOUNTS,
            Permission.SEE_JOURNAL,
        }
    ),
    Role.BP3MI: frozenset(
        _SEES_PEOPLE
        | {
            Permission.FOLLOW_UP,
            Permission.SEE_RULE_FIGURES,
            Permission.SEE_PATTERNS,
            Permission.EXPORT_UNMASKED,
            Permission.SEE_JOURNAL,
        }
    ),
    Role.ADMIN: frozenset(
        _EVERYONE
        | {
            Permission.SEE_RULE_FIGURES,
            Permission.IMPORT,
            Permission.MANAGE_ACCOUNTS,
            Permission.SEE_JOURNAL,
            Permission.MANAGE_REFERENCE,
        }
    ),
}

MANAGES: dict[Role, frozenset[Role]] = {
    Role.REVIEWER: frozenset({Role.OPERATOR, Role.VILLAGE_HEAD}),
    Role.LABOUR_OFFICE: frozenset({Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER}),
    Role.ADMIN: frozenset(Role),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the role has the permission."""
    return permission in GRANTS[role]


def managed_roles(role: Role) -> frozenset[Role]:
    """The roles whose accounts this role makes, changes and resets within its area."""
    return MANAGES.get(role, frozenset())
