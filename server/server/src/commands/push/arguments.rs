//! The arguments of `recobra push`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use domain::imports::date::DateFormat;
use domain::imports::number::NumberFormat;
use proto::v1::ControlTotal;

/// What a file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Only what changed.
    Delta,
    /// Everything open: what the file lacks is closed at the end.
    Snapshot,
}

/// Which file, how it is read, where it goes.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// A CSV or NDJSON file.
    pub file: PathBuf,
    /// Name of a built-in mapping profile, or a TOML file.
    #[arg(long)]
    pub profile: String,
    /// Code of the source: the ERP company code.
    #[arg(long)]
    pub source: String,
    /// Whether the file brings changes only, or everything that is open.
    #[arg(long, value_enum, default_value = "delta")]
    pub mode: Mode,
    /// Address of the server's gRPC door.
    #[arg(long, default_value = "http://127.0.0.1:8481")]
    pub url: String,
    /// A file that holds the API key.
    #[arg(long)]
    pub key_file: PathBuf,
    /// Certificate (PEM) of the authority that signed the server's; without it those count that this host trusts.
    #[arg(long = "ca-file")]
    pub authority: Option<PathBuf>,
    /// The business date the file speaks of, YYYY-MM-DD; today when not given.
    #[arg(long)]
    pub as_of: Option<String>,
    /// Grows with every push of the source; by default the time of this call. Give that of a push that was cut off,
    /// with the same file and --as-of, to go on after its last acknowledged chunk.
    #[arg(long)]
    pub sequence: Option<i64>,
    /// Check everything on the server and keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where refused rows are written with their reasons, to be corrected and pushed again; by default beside the
    /// file, as NAME.errors.EXTENSION.
    #[arg(long)]
    pub errors_file: Option<PathBuf>,
    /// How dates are written, over the profile: day_month_year, month_day_year, year_month_day, compact.
    #[arg(long)]
    pub dates: Option<String>,
    /// How numbers are written, over the profile: spanish, english, plain.
    #[arg(long)]
    pub numbers: Option<String>,
    /// What the ERP says is open afterwards, as CURRENCY:AMOUNT:COUNT, e.g. EUR:1234.56:17, of all accounts; or as
    /// CURRENCY:AMOUNT:COUNT:GROUP, of those of a segment. Several times.
    #[arg(long = "control-total", value_parser = control_total)]
    pub control_totals: Vec<ControlTotal>,
    /// Finish a snapshot although rows were refused: receivables that only these rows hold are closed.
    #[arg(long)]
    pub finish_incomplete: bool,
    /// Give up this open session of the source first (its id begins with psh_).
    #[arg(long, value_name = "SESSION")]
    pub give_up: Option<String>,
}

impl PushArgs {
    /// Where refused rows go.
    pub fn errors_file(&self) -> PathBuf {
        self.errors_file.clone().unwrap_or_else(|| {
            let extension = self.file.extension().and_then(|e| e.to_str()).unwrap_or("csv");
            self.file.with_extension(format!("errors.{extension}"))
        })
    }

    /// The date format that the caller states.
    pub fn dates(&self) -> Result<Option<DateFormat>, String> {
        stated("--dates", self.dates.as_deref())
    }

    /// The number format that the caller states.
    pub fn numbers(&self) -> Result<Option<NumberFormat>, String> {
        stated("--numbers", self.numbers.as_deref())
    }
}

fn stated<T: kernel::text_enum::TextEnum>(flag: &str, text: Option<&str>) -> Result<Option<T>, String> {
    let Some(text) = text else { return Ok(None) };
    T::from_text(text).map(Some).ok_or_else(|| format!("{flag} {text} is none of {}", T::TEXTS.join(", ")))
}

fn control_total(text: &str) -> Result<ControlTotal, String> {
    let wrong = || format!("{text:?} is not CURRENCY:AMOUNT:COUNT, e.g. EUR:1234.56:17, or with :GROUP");
    let parts = text.splitn(4, ':').collect::<Vec<_>>();
    let (currency, amount, count, group) = match parts.as_slice() {
        [currency, amount, count] => (currency, amount, count, ""),
        [currency, amount, count, group] if !group.is_empty() => (currency, amount, count, *group),
        _ => return Err(wrong()),
    };
    let amount = kernel::Decimal::from_str(amount).map_err(|e| format!("{}: {e}", wrong()))?;
    Ok(ControlTotal {
        currency: (*currency).to_owned(),
        account_group: group.to_owned(),
        open_amount: amount.to_string(),
        open_count: count.parse().map_err(|e| format!("{}: {e}", wrong()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_total_is_currency_amount_and_count() {
        let total = control_total("EUR:1234.56:17").unwrap();
        assert_eq!((total.currency.as_str(), total.open_amount.as_str()), ("EUR", "1234.56"));
        assert_eq!(total.open_count, 17);
        assert_eq!(control_total("EUR:1:1:retail:a").unwrap().account_group, "retail:a");
        for wrong in ["EUR:1234.56", "EUR:1.234,56:17", "EUR:1:x", "EUR:1:1:", ""] {
            assert!(control_total(wrong).is_err(), "{wrong}");
        }
    }
}
