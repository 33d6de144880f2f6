//! Query parameters of changes, and of reads that are no lists: known by name, each at most once.

use kernel::text_enum::TextEnum;
use kernel::{Code, Error, ErrorKind, Outcome};
use uuid::Uuid;

use crate::call::Call;
use crate::listing::QUERY_INVALID;
use crate::problem::Problem;

pub static PARAMETER_UNKNOWN: Code = Code::new(
    "request.parameter_unknown",
    ErrorKind::Invalid,
    "This operation has no such parameter.",
    "Esta operación no tiene ese parámetro.",
);
pub static PARAMETER_REPEATED: Code = Code::new(
    "request.parameter_repeated",
    ErrorKind::Invalid,
    "A parameter is given more than once.",
    "Un parámetro aparece más de una vez.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&PARAMETER_REPEATED, &PARAMETER_UNKNOWN];

/// Whether a change is only to be rehearsed: the one parameter that changes have. Anything else is refused, because a
/// rehearsal that is misspelt would be the performance.
///
/// # Errors
/// `request.query_invalid`, `request.parameter_unknown`, `request.parameter_repeated`.
pub(crate) fn dry_run(query: &str) -> Outcome<bool> {
    let pairs = pairs(query)?;
    once_each(&pairs, &["dry_run"])?;
    match pairs.first().map(|(_, value)| value.as_str()) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let message = format!("{other:?} is neither true nor false");
            Err(Error::field("dry_run", &QUERY_INVALID, message))
        }
    }
}

fn pairs(query: &str) -> Outcome<Vec<(String, String)>> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(query)
        .map(actix_web::web::Query::into_inner)
        .map_err(|e| Error::new(&QUERY_INVALID).caused_by(e))
}

fn once_each(pairs: &[(String, String)], known: &[&str]) -> Outcome<()> {
    for (place, (name, _)) in pairs.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let message = if known.is_empty() {
                format!("{name:?} is not known: there are no parameters here")
            } else {
                format!("{name:?} is not one of {}", known.join(", "))
            };
            return Err(Error::field(name, &PARAMETER_UNKNOWN, message));
        }
        if pairs.iter().take(place).any(|(earlier, _)| earlier == name) {
            let message = format!("{name} is given twice");
            return Err(Error::field(name, &PARAMETER_REPEATED, message));
        }
    }
    Ok(())
}

/// Parameters by name.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query; empty values count as not given.
    ///
    /// # Errors
    /// `request.query_invalid`, `request.parameter_unknown`, `request.parameter_repeated`.
    pub(crate) fn read(call: &Call, known: &[&str]) -> Result<Self, Problem> {
        let pairs = pairs(call.http.query_string()).map_err(|e| call.problem(e))?;
        once_each(&pairs, known).map_err(|e| call.problem(e))?;
        Ok(Self(pairs))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.clone())
    }

    /// A prefixed id.
    ///
    /// # Errors
    /// `id.invalid`.
    pub(crate) fn id(&self, name: &str, prefix: &str) -> Outcome<Option<Uuid>> {
        self.text(name).map(|text| kernel::id::parse_any(prefix, &text)).transpose()
    }

    /// # Errors
    /// `value.unknown`.
    pub(crate) fn choice<E: TextEnum>(&self, name: &str) -> Outcome<Option<E>> {
        self.text(name).map(|text| kernel::text_enum::parse(name, &text)).transpose()
    }

    /// # Errors
    /// `request.query_invalid`.
    pub(crate) fn number(&self, name: &str) -> Outcome<Option<u32>> {
        let read = |text: String| {
            let wrong = || Error::field(name, &QUERY_INVALID, format!("{text:?} is not a whole number"));
            text.parse::<u32>().map_err(|e| wrong().caused_by(e))
        };
        self.text(name).map(read).transpose()
    }
}
