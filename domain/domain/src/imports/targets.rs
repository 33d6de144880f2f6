//! The objects a file can fill, and their fields.

kernel::text_enum! {
    /// What a row of a file can become.
    pub enum Entity {
        Party = "party",
        Account = "account",
        Contact = "contact",
        Receivable = "receivable",
        Instrument = "instrument",
        Entry = "entry",
    }
}

/// How the text of a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, keys, codes and lists.
    Text,
    /// A number in the profile's number format.
    Number,
    /// A date in the profile's date format.
    Date,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
}

/// One field of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The name; `*` stands for a free name or, in `vat.*.base`, for a number from 1.
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

const fn text(name: &'static str) -> FieldSpec {
    FieldSpec { name, shape: Shape::Text, required: false }
}

const fn date(name: &'static str) -> FieldSpec {
    FieldSpec { name, shape: Shape::Date, required: false }
}

const fn number(name: &'static str) -> FieldSpec {
    FieldSpec { name, shape: Shape::Number, required: false }
}

const fn flag(name: &'static str) -> FieldSpec {
    FieldSpec { name, shape: Shape::Flag, required: false }
}

const fn integer(name: &'static str) -> FieldSpec {
    FieldSpec { name, shape: Shape::Integer, required: false }
}

const fn required(spec: FieldSpec) -> FieldSpec {
    FieldSpec { required: true, ..spec }
}

const PARTY: &[FieldSpec] = &[
    required(text("external_id")),
    text("kind"),
    required(text("name")),
    text("tax_id"),
    text("lei"),
    text("national_id"),
    text("country"),
    text("language"),
    text("parent_external_id"),
    text("segment"),
    text("address"),
    date("insolvent_since"),
    flag("vulnerable"),
    flag("intercompany"),
    text("attributes.*"),
];

const ACCOUNT: &[FieldSpec] = &[
    required(text("external_id")),
    text("party_external_id"),
    text("number"),
    required(text("name")),
    required(text("currency")),
    text("language"),
    text("time_zone"),
    text("segment"),
    text("portfolio"),
    text("dunning_account_external_id"),
    integer("payment_terms_days"),
    text("address"),
    text("scenario"),
    text("attributes.*"),
];

const CONTACT: &[FieldSpec] = &[
    required(text("external_id")),
    required(text("account_external_id")),
    text("name"),
    text("role"),
    text("purposes"),
    text("email"),
    text("phone"),
    text("language"),
    integer("position"),
    text("opted_out_channels"),
    flag("retired"),
];

const RECEIVABLE: &[FieldSpec] = &[
    required(text("external_id")),
    required(text("account_external_id")),
    text("kind"),
    text("document_no"),
    required(text("currency")),
    required(number("amount")),
    number("open_amount"),
    required(date("issue_on")),
    required(date("due_on")),
    date("agreed_due_on"),
    date("tax_point_on"),
    date("shipped_on"),
    date("goods_received_on"),
    date("expected_pay_on"),
    text("order_no"),
    text("delivery_note_no"),
    text("payment_reference"),
    text("credited_external_id"),
    flag("disputed"),
    number("vat.*.base"),
    number("vat.*.rate"),
    number("vat.*.quota"),
    number("vat.*.surcharge"),
    number("vat.*.withholding"),
    text("dimensions.*"),
    text("attributes.*"),
];

const INSTRUMENT: &[FieldSpec] = &[
    required(text("external_id")),
    required(text("account_external_id")),
    required(text("kind")),
    text("number"),
    required(number("amount")),
    required(text("currency")),
    required(date("received_on")),
    required(date("maturity_on")),
    text("bank"),
    date("discounted_on"),
    flag("without_recourse"),
    date("settled_on"),
    date("returned_on"),
    text("return_code"),
    number("costs_amount"),
    text("items.*.receivable_external_id"),
    number("items.*.amount"),
];

const ENTRY: &[FieldSpec] = &[
    required(text("external_id")),
    required(text("account_external_id")),
    text("receivable_external_id"),
    text("kind"),
    required(number("amount")),
    required(text("currency")),
    required(date("effective_on")),
    text("reference"),
    text("allocations.*.receivable_external_id"),
    number("allocations.*.amount"),
    text("reverses_external_id"),
];

impl Entity {
    /// Every field of the entity.
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::Party => PARTY,
            Self::Account => ACCOUNT,
            Self::Contact => CONTACT,
            Self::Receivable => RECEIVABLE,
            Self::Instrument => INSTRUMENT,
            Self::Entry => ENTRY,
        }
    }

    /// The field that `name` addresses, e.g. `attributes.*` for `attributes.region`.
    pub fn field(self, name: &str) -> Option<&'static FieldSpec> {
        self.fields().iter().find(|spec| addresses(spec.name, name))
    }
}

fn addresses(pattern: &str, name: &str) -> bool {
    let Some((front, back)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(middle) = name.strip_prefix(front).and_then(|rest| rest.strip_suffix(back)) else {
        return false;
    };
    if back.is_empty() {
        return !middle.is_empty();
    }
    // At most two digits, no leading zero: no file has more rates or shares per row than that.
    matches!(middle.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_names_and_numbered_lines_are_recognised() {
        let shape = |name| Entity::Receivable.field(name).map(|spec| spec.shape);
        assert_eq!(shape("attributes.Zona norte"), Some(Shape::Text));
        assert_eq!(shape("attributes."), None);
        assert_eq!(shape("vat.1.base"), Some(Shape::Number));
        assert_eq!(shape("vat.0.base"), None);
        assert_eq!(shape("vat.x.base"), None);
        assert_eq!(shape("vat.100.base"), None);
        assert_eq!(shape("dueon"), None);
    }

    /// Fields of a message of the push contract, with repeated ones named as files name them.
    fn contract_fields(contract: &str, message: &str) -> Vec<String> {
        let body =
            contract.split_once(&format!("message {message} {{")).unwrap().1.split_once("\n}").unwrap().0;
        let mut fields = Vec::new();
        for line in body.lines().map(str::trim).filter(|line| line.ends_with(';') && !line.starts_with("//"))
        {
            let (left, _) = line.split_once(" = ").unwrap();
            let (kind, name) = left.rsplit_once(' ').unwrap();
            match kind.strip_prefix("repeated ").filter(|inner| *inner != "string") {
                Some(inner) => {
                    let nested = contract_fields(contract, inner);
                    fields.extend(nested.into_iter().map(|field| format!("{name}.*.{field}")));
                }
                None if kind.starts_with("map<") => fields.push(format!("{name}.*")),
                None => fields.push(name.to_owned()),
            }
        }
        fields
    }

    #[test]
    fn a_file_can_fill_every_field_of_the_push_contract() {
        use kernel::text_enum::TextEnum as _;
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/recobra/v1/push.proto");
        let contract = std::fs::read_to_string(path).unwrap();
        for entity in Entity::ALL {
            let (initial, rest) = entity.as_str().split_at(1);
            let name = initial.to_uppercase() + rest;
            let mut expected = contract_fields(&contract, &format!("{name}Row"));
            let mut found: Vec<String> = entity.fields().iter().map(|spec| spec.name.to_owned()).collect();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{entity}");
        }
    }
}
