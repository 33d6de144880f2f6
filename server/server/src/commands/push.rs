//! `recobra push`: a file of an ERP, read by a mapping profile and pushed through the gRPC door of any server.

mod arguments;
mod chunks;
mod faults;
mod pushing;
mod reading;
mod refusals;
mod rows;
mod summary;

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use domain::imports::inspect::inspect;
use domain::imports::{Profile, builtin};
use kernel::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::runtime::Runtime;

pub use arguments::PushArgs;
use pushing::Pushing;

use crate::cli::{Failure, say};

/// The call, the profile or the file's formats must be put right first; nothing was pushed.
const WRONG_CALL: u8 = 2;

/// Pushes one file.
///
/// Ends with 0 when every row was taken, 1 when the push failed, 2 when something must be put right before (nothing was
/// pushed), 3 when rows were refused, 4 when the session waits for a person (held, or unequal control totals).
///
/// # Errors
/// When the server cannot be reached or refuses the session.
pub fn push(arguments: &PushArgs) -> Result<ExitCode, Failure> {
    let prepared = prepare(arguments);
    let (profile, dialect, key, authority) = match prepared {
        Ok(prepared) => prepared,
        Err(wrong) => {
            say(&wrong);
            return Ok(ExitCode::from(WRONG_CALL));
        }
    };
    let runtime = Runtime::new().map_err(|e| Failure::Work(format!("cannot start the runtime: {e}")))?;
    runtime.block_on(async {
        let mut pushing = Pushing::connect(arguments, (profile, dialect), &key, authority.as_deref()).await?;
        pushing.run().await
    })
}

type Prepared = (Profile, domain::imports::Dialect, String, Option<String>);

/// Everything that can be wrong before anything is sent, in words for the person at the terminal.
fn prepare(arguments: &PushArgs) -> Result<Prepared, String> {
    if arguments.errors_file() == arguments.file {
        return Err("--errors-file names the file that is pushed".to_owned());
    }
    let mut profile = profile(&arguments.profile)?;
    if let Some(dates) = arguments.dates()? {
        profile.dates = dates;
    }
    if let Some(numbers) = arguments.numbers()? {
        profile.numbers = numbers;
    }
    let mut file = File::open(&arguments.file)
        .map_err(|e| format!("{} cannot be opened: {e}", arguments.file.display()))?;
    let dialect = inspect(&profile, &mut file).map_err(|e| question(&arguments.file, &e))?;
    let key = read("the key", &arguments.key_file)?.trim().to_owned();
    let authority = arguments.authority.as_deref().map(|path| authority(path, &arguments.url)).transpose()?;
    Ok((profile, dialect, key, authority))
}

/// The PEM of an authority. Whoever names one wants the connection encrypted.
fn authority(path: &Path, url: &str) -> Result<String, String> {
    if !url.starts_with("https://") {
        return Err(format!("--ca-file is for an address that begins with https://, not for {url}"));
    }
    let pem = read("the certificate", path)?;
    let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
    match certificates.next() {
        Some(Ok(_)) => Ok(pem),
        Some(Err(_)) | None => Err(format!("{} holds no certificate in PEM form", path.display())),
    }
}

fn read(what: &str, path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{what} in {} cannot be read: {e}", path.display()))
}

/// A built-in profile by its name, else a file.
fn profile(asked: &str) -> Result<Profile, String> {
    let told = |e: &Error| format!("profile {asked}: {}", in_words(e));
    if builtin::names().any(|name| name == asked) {
        return builtin::profile(asked).map_err(|e| told(&e));
    }
    let text = std::fs::read_to_string(asked).map_err(|e| {
        let known = builtin::names().collect::<Vec<_>>().join(", ");
        format!("profile {asked}: {e}; the built-in profiles are {known}")
    })?;
    Profile::parse(&text).map_err(|e| told(&e))
}

/// What the file leaves open, and the flag that answers it.
fn question(file: &Path, error: &Error) -> String {
    let text = format!("{}: {}", file.display(), in_words(error));
    let codes = error.field_errors().iter().map(|e| e.code.text).chain([error.code().text]);
    let codes = codes.collect::<Vec<_>>();
    let asks = |what: &str| codes.iter().any(|code| code.starts_with(what));
    let dates = asks("import.date_").then_some(
        "\nSay how the dates are written: --dates day_month_year, month_day_year, year_month_day or compact.",
    );
    let numbers = asks("import.number_")
        .then_some("\nSay how the numbers are written: --numbers spanish, english or plain.");
    [Some(text.as_str()), dates, numbers].into_iter().flatten().collect()
}

/// Code and text; one line per field.
fn in_words(error: &Error) -> String {
    if error.field_errors().is_empty() {
        return format!("{error} ({})", error.code().text);
    }
    let lines = error.field_errors().iter().map(|e| format!("{}: {} ({})", e.field, e.message, e.code.text));
    lines.collect::<Vec<_>>().join("\n")
}
