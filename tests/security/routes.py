"""Every route once: which roles it serves (contract, section 2), and what its address names.

Written by hand beside the decorators and the table of grants, so that a slip in either is seen. A
route that is missing here fails the matrix: say whom it serves and what it is about.

The letters: operator, head of the village, reviewer, labour office, BP3MI, admin.
"""

from dataclasses import dataclass

from registry.accounts.roles import Role

LETTERS = dict(zip("ohrlba", Role, strict=True))
EVERYBODY = "public"


@dataclass(frozen=True)
class Entry:
    """Who is served, and whose id stands in the address (None: nobody's)."""

    serves: str
    about: str | None = None

    @property
    def is_public(self) -> bool:
        return self.serves == EVERYBODY

    def is_for(self, role: Role | None) -> bool:
        return self.is_public or role in {LETTERS[letter] for letter in self.serves}


def _entries(serves: str, about: str | None, *endpoints: str) -> dict[str, Entry]:
    return {endpoint: Entry(serves, about) for endpoint in endpoints}


ROUTES: dict[str, Entry] = {
    **_entries(
        EVERYBODY,
        None,
        "accounts.enter_code",
        "accounts.sign_in",
        "accounts.switch_language",
        "health.show",
    ),
    **_entries(EVERYBODY, "asset", "assets.serve"),
    **_entries(
        "ohrlba",
        None,
        "home.index",
        "accounts.change_password",
        "accounts.conduct",
        "accounts.end_other_sessions",
        "accounts.end_sessions",
        "accounts.profile",
        "accounts.set_up_phone",
        "accounts.sign_out",
        "dashboards.index",
        "exports.summary",
        "rights.notice",
    ),
    **_entries("ohrlba", "session", "accounts.end_session"),
    **_entries(
        *("ohrlba", "region"),
        *("dashboards.show", "dashboards.agencies", "dashboards.silent"),
    ),
    **_entries(
        "ohrlb",
        None,
        "departures.index",
        "search.search",
        "exports.detail",
        "exports.detail_csv",
        "flags.index",
    ),
    **_entries(
        "ohrlb",
        "departure",
        "departures.end_emergency",
        "departures.open_in_emergency",
        "departures.reveal",
        "departures.show",
        "departures.why",
    ),
    **_entries(
        "ohrlb",
        "flag",
        "flags.show",
        "flags.close",
        "flags.dismiss",
        "flags.follow_up",
        "flags.note",
        "flags.reopen",
    ),
    **_entries("or", None, "departures.new", "departures.new_person"),
    **_entries("or", "resident", "departures.new_for_resident"),
    **_entries(
        "or",
        "departure",
        "departures.cancel",
        "departures.come_home",
        "departures.delete",
        "departures.depart",
        "departures.papers",
        "departures.step",
        "departures.submit",
        "departures.summary",
        "departures.take_back",
    ),
    **_entries(
        "ohr",
        "departure",
        "departures.letter",
        "departures.letter_form",
        "departures.receipt",
        "rights.correction",
        "rights.stored",
    ),
    **_entries("ohr", "correction", "rights.answer_correction"),
    **_entries("h", None, "journal.village", "journal.village_print"),
    **_entries("rl", None, "reviews.index"),
    **_entries("rl", "departure", "reviews.verify", "reviews.send_back"),
    **_entries("orlb", None, "exports.list_requests", "exports.unmasked"),
    **_entries("orlb", "request", "exports.approve", "exports.refuse", "exports.take_out"),
    **_entries("lba", None, "emergencies.index", "flags.rules", "journal.head", "journal.index"),
    **_entries("lb", None, "patterns.index"),
    **_entries(
        "lb",
        "pattern",
        "patterns.show",
        "patterns.close",
        "patterns.dismiss",
        "patterns.follow_up",
        "patterns.note",
        "patterns.reopen",
    ),
    **_entries("rla", None, "accounts.users", "accounts.create_user", "usage.index"),
    **_entries(
        "rla",
        "user",
        "accounts.activate_user",
        "accounts.deactivate_user",
        "accounts.edit_user",
        "accounts.remove_phone",
        "accounts.reset_user",
    ),
    **_entries("a", None, "reference.index", "reference.judge_again", "rights.retention"),
    **_entries(
        *("a", None),
        "reference.confirm_regions",
        "reference.regions",
        "reference.regions_template",
    ),
    **_entries("a", "district", "reference.village_term"),
    **_entries("a", "decree", "reference.decree"),
    **_entries(
        "a",
        "list",
        "reference.agencies",
        "reference.agency",
        "reference.agency_template",
        "reference.change_agency",
        "reference.confirm_agencies",
        "reference.confirm_rows",
        "reference.end_licence",
        "reference.end_row",
        "reference.import_agencies",
        "reference.import_rows",
        "reference.new_agency",
        "reference.new_alias",
        "reference.new_licence",
        "reference.new_row",
        "reference.remove_alias",
        "reference.replace_row",
        "reference.row_template",
        "reference.rows",
    ),
}
