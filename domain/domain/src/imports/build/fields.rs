//! Access to the fields of one object, by name and type.

use kernel::text_enum::TextEnum;
use kernel::{Code, Currency, Date, Decimal, money, text_enum};

use crate::imports::codes;
use crate::imports::plan::{FieldPlan, ObjectPlan};
use crate::imports::row_error::Wrong;
use crate::imports::values::{Basis, Values, check_mark, key, one_line, shortened};

/// Lines of an address, and values of any other list.
const LIST_MAX: usize = 20;

/// The fields of one object of one row.
pub(super) struct Fields<'a> {
    pub(super) values: Values<'a>,
    pub(super) plan: &'a ObjectPlan,
}

impl<'a> Fields<'a> {
    /// Reads a field if it is mapped, and says which one when it is wrong.
    pub(super) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a FieldPlan) -> Result<Option<T>, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        let Some(field) = self.plan.field(name) else { return Ok(None) };
        read(field).map_err(|wrong| {
            let column = wrong.column.clone().or_else(|| field.label.clone());
            wrong.in_column(column.as_deref()).for_field(self.path(name))
        })
    }

    pub(super) fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self, &str) -> Result<Option<T>, Wrong>,
    ) -> Result<T, Wrong> {
        read(self, name)?.ok_or_else(|| {
            let column = self.plan.field(name).and_then(|field| field.label.as_deref());
            Wrong::new(&codes::VALUE_REQUIRED, format!("{} is required and empty", self.path(name)))
                .in_column(column)
                .for_field(self.path(name))
        })
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.plan.map.entity)
    }

    pub(super) fn basis(&self, name: &str) -> Result<Basis, Wrong> {
        let basis = self.read(name, |field| Ok(Some(self.values.raw(field)?.basis)))?;
        Ok(basis.unwrap_or(Basis::File))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Wrong> {
        self.read(name, |field| one_line(name, &self.values.raw(field)?.text))
    }

    pub(super) fn key(&self, name: &str) -> Result<Option<String>, Wrong> {
        self.read(name, |field| {
            let raw = self.values.raw(field)?;
            if raw.text.is_empty() { Ok(None) } else { key(name, &raw.text).map(Some) }
        })
    }

    /// Values separated by `|` or, in a quoted field or a list of JSON, by line breaks.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Wrong> {
        let list = self.read(name, |field| {
            let raw = self.values.raw(field)?;
            let parts = raw.text.split(['|', '\n']).map(|part| one_line(name, part));
            let list =
                parts.filter_map(Result::transpose).take(LIST_MAX + 1).collect::<Result<Vec<_>, _>>()?;
            if list.len() > LIST_MAX {
                return Err(Wrong::new(
                    &codes::FIELD_TOO_LONG,
                    format!("a list has at most {LIST_MAX} values"),
                ));
            }
            Ok(Some(list))
        })?;
        Ok(list.unwrap_or_default())
    }

    pub(super) fn date(&self, name: &str) -> Result<Option<Date>, Wrong> {
        self.read(name, |field| self.values.date(field))
    }

    pub(super) fn amount(&self, name: &str, currency: Currency) -> Result<Option<Decimal>, Wrong> {
        self.read(name, |field| {
            let Some(number) = self.values.number(field)? else { return Ok(None) };
            check_mark(number.mark, currency)?;
            money::check_amount(name, number.value, currency).map(Some).map_err(|e| Wrong::from_error(&e))
        })
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<Decimal>, Wrong> {
        self.read(name, |field| Ok(self.values.number(field)?.map(|number| number.value)))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i32>, Wrong> {
        self.read(name, |field| {
            let raw = self.values.raw(field)?;
            if raw.text.is_empty() {
                return Ok(None);
            }
            let invalid = |e| {
                let message = format!("{:?} is not a whole number: {e}", shortened(&raw.text));
                Wrong::new(&codes::INTEGER_INVALID, message)
            };
            raw.text.parse::<i32>().map(Some).map_err(invalid)
        })
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Wrong> {
        self.read(name, |field| flag(&self.values.raw(field)?.text))
    }

    pub(super) fn choice<E: TextEnum>(&self, name: &str) -> Result<Option<E>, Wrong> {
        self.read(name, |field| {
            let raw = self.values.raw(field)?;
            if raw.text.is_empty() {
                return Ok(None);
            }
            text_enum::parse(name, &raw.text).map(Some).map_err(|e| Wrong::from_error(&e))
        })
    }

    pub(super) fn currency(&self) -> Result<Currency, Wrong> {
        let written = self.read("currency", |field| {
            let raw = self.values.raw(field)?;
            if raw.text.is_empty() {
                return Ok(None);
            }
            Currency::parse("currency", &raw.text.to_uppercase()).map(Some).map_err(|e| Wrong::from_error(&e))
        })?;
        self.required(
            "currency",
            |fields, _| Ok(written.or_else(|| fields.values.profile.default_currency())),
        )
    }

    pub(super) fn country(&self) -> Result<Option<String>, Wrong> {
        self.read("country", |field| two_letters(&self.values.raw(field)?.text, &codes::COUNTRY_INVALID))
    }

    pub(super) fn language(&self) -> Result<Option<String>, Wrong> {
        let code = self
            .read("language", |field| two_letters(&self.values.raw(field)?.text, &codes::LANGUAGE_INVALID))?;
        Ok(code.map(|code| code.to_lowercase()))
    }

    /// The numbers that occur in fields like `vat.1.base`, ascending.
    pub(super) fn numbered(&self, list: &str) -> Vec<u8> {
        let number = |field: &FieldPlan| {
            let (number, _) = field.name.strip_prefix(list)?.trim_start_matches('.').split_once('.')?;
            number.parse::<u8>().ok()
        };
        let mut numbers: Vec<u8> = self.plan.fields.iter().filter_map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

fn flag(text: &str) -> Result<Option<bool>, Wrong> {
    match text.to_lowercase().as_str() {
        "" => Ok(None),
        "true" | "1" | "yes" | "y" | "sí" | "si" | "s" | "verdadero" => Ok(Some(true)),
        "false" | "0" | "no" | "n" | "falso" => Ok(Some(false)),
        _ => Err(Wrong::new(&codes::BOOLEAN_INVALID, format!("{:?} is neither yes nor no", shortened(text)))),
    }
}

fn two_letters(text: &str, code: &'static Code) -> Result<Option<String>, Wrong> {
    match text.as_bytes() {
        [] => Ok(None),
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => Ok(Some(text.to_ascii_uppercase())),
        _ => Err(Wrong::new(code, format!("{:?} is not a two-letter code", shortened(text)))),
    }
}
