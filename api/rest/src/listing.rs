//! Every list endpoint: one reader, typed rows.

use app::lists::{self, ListRequest, ListSpec};
use kernel::page::PageSize;
use kernel::{Code, Error, ErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::{self, Versioned};
use crate::call::Call;
use crate::params::Params;
use crate::problem::{Problem, RestResult};

pub static QUERY_INVALID: Code = Code::new(
    "request.query_invalid",
    ErrorKind::Invalid,
    "The query string cannot be read.",
    "No se puede leer la cadena de consulta.",
);

/// Parameters of every list that are no filters.
const RESERVED: &[&str] = &["limit", "cursor", "sort", "fields"];

/// One page of a list, its rows typed as `T`.
///
/// # Errors
/// Those of the list; `internal` when a row does not have the shape of `T`.
pub async fn list<T: DeserializeOwned + Serialize>(call: Call, spec: &'static ListSpec) -> RestResult {
    let request = request(&call)?;
    let page = call.run(move |app, ctx| lists::list(app, ctx, spec, &request)).await?;
    let items = page.items.into_iter().map(|row| typed::<T>(&call, row)).collect::<Result<Vec<_>, _>>()?;
    answer::page(&call, &items, page.next_cursor.as_deref())
}

/// One object of a list by its key.
///
/// # Errors
/// `not_found`; `internal` when the row does not have the shape of `T`.
pub async fn get<T: DeserializeOwned + Serialize + Versioned>(
    call: Call,
    spec: &'static ListSpec,
    key: String,
) -> RestResult {
    Params::read(&call, &["fields"])?;
    let row = call.run(move |app, ctx| lists::get(app, ctx, spec, &key)).await?;
    let value = typed::<T>(&call, row)?;
    answer::object(&call, &value)
}

/// Gives a row of the reader its type; SQL and DTO are held together here.
pub(crate) fn typed<T: DeserializeOwned>(call: &Call, row: Value) -> Result<T, Problem> {
    // The error would name the value, which may be personal; the type says enough to find what is wrong.
    serde_json::from_value(row).map_err(|_unfit| {
        let cause = format!("a row does not have the shape of {}", std::any::type_name::<T>());
        call.problem(Error::new(&app::codes::INTERNAL).caused_by(cause))
    })
}

fn request(call: &Call) -> Result<ListRequest, Problem> {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(call.http.query_string())
        .map_err(|e| call.problem(Error::new(&QUERY_INVALID).caused_by(e)))?
        .into_inner();
    let find = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let size = match find("limit") {
        None => PageSize::default(),
        Some(text) => {
            let wrong = || Error::field("limit", &QUERY_INVALID, format!("{text:?} is not a number of rows"));
            let size = text.parse::<u32>().map_err(|e| call.problem(wrong().caused_by(e)))?;
            PageSize::try_new(size).map_err(|e| call.problem(e))?
        }
    };
    let filters = pairs.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str())).cloned().collect();
    Ok(ListRequest { filters, sort: find("sort"), cursor: find("cursor"), size })
}
