//! Finding the columns that a profile names.

use kernel::FieldError;

use super::codes;
use super::delimited::COLUMNS_MAX;

/// How many columns an error names.
const SHOWN: usize = 40;

/// The columns of one file.
pub(super) struct Columns<'a> {
    names: &'a [String],
    /// Keys of JSON objects: what is absent is empty.
    loose: bool,
    folded: Vec<String>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(names: &'a [String], loose: bool) -> Self {
        let folded = if loose { Vec::new() } else { names.iter().map(|name| folded(name)).collect() };
        Self { names, loose, folded }
    }

    pub(super) fn names(&self) -> &'a [String] {
        self.names
    }

    pub(super) fn loose(&self) -> bool {
        self.loose
    }

    /// The position of a column: by exact name, else without regard to case and spacing, or `#n` by position.
    /// `None` when it is absent and may be.
    pub(super) fn find(&self, name: &str, optional: bool) -> Result<Option<usize>, FieldError> {
        let found = self.positions(name);
        let wrong = |code, message| Err(FieldError { field: name.to_owned(), code, message });
        match found.as_slice() {
            [at] => Ok(Some(*at)),
            [] if optional || self.loose => Ok(None),
            [] => wrong(&codes::COLUMN_MISSING, format!("column {name:?} is missing; {}", self.described())),
            [first, second, ..] => {
                let message = format!(
                    "columns {} and {} are both named {name:?}; use #{} or #{}",
                    first + 1,
                    second + 1,
                    first + 1,
                    second + 1
                );
                wrong(&codes::COLUMN_REPEATED, message)
            }
        }
    }

    /// What the file has instead, for an error.
    pub(super) fn described(&self) -> String {
        if self.names.is_empty() {
            return "the file has no header: address columns as #1, #2 … or name them under `columns`"
                .to_owned();
        }
        let shown: Vec<&str> = self.names.iter().take(SHOWN).map(String::as_str).collect();
        format!("the file has: {}", shown.join(", "))
    }

    fn positions(&self, name: &str) -> Vec<usize> {
        if let Some(number) = name.strip_prefix('#').and_then(|digits| digits.parse::<usize>().ok()) {
            let limit = if self.names.is_empty() { COLUMNS_MAX } else { self.names.len() };
            return number.checked_sub(1).filter(|at| *at < limit && !self.loose).into_iter().collect();
        }
        let at = |names: &[String], wanted: &str| -> Vec<usize> {
            names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(at, _)| at).collect()
        };
        let exact = at(self.names, name);
        if exact.is_empty() && !self.loose { at(&self.folded, &folded(name)) } else { exact }
    }
}

fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
