//! The SEPA credit transfer QR code: its text (EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture for
//! the Initiation of a SEPA Credit Transfer", version 2.1 of 9 February 2012).

use kernel::registry::{Bic, Iban};
use kernel::{Decimal, Money};

/// Largest payload in bytes of its character set (EPC069-12): what QR version 13 holds at error level M.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 331;

/// Version of the payload's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpcVersion {
    /// `001`: the BIC of the payee's bank is mandatory.
    V001,
    /// `002`: the BIC may be left out, as SEPA allows since February 2016.
    V002,
}

/// Character set of the payload. The standard has eight; these two cover all letters of the others or are read by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpcCharacterSet {
    /// `1`.
    Utf8,
    /// `2`: ISO 8859-1.
    Latin1,
}

/// What the payee needs to recognise the payment; the standard allows one of the two, not both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remittance {
    Nothing,
    /// A creditor reference of ISO 11649 (`RF`, two check digits, up to 21 letters or digits).
    Reference(String),
    /// Free text, up to 140 characters.
    Text(String),
}

/// A credit transfer that a payer's banking application can fill in by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpcTransfer {
    pub version: EpcVersion,
    pub character_set: EpcCharacterSet,
    pub bic: Option<Bic>,
    /// Name of the payee, up to 70 characters.
    pub payee: String,
    pub iban: Iban,
    /// 0.01 to 999999999.99 euro.
    pub amount: Money,
    /// Purpose code of ISO 20022 (`ExternalPurpose1Code`), up to four letters or digits.
    pub purpose: Option<String>,
    pub remittance: Remittance,
    /// A note to the payer, up to 70 characters.
    pub information: Option<String>,
}

/// Why a payload cannot be made or drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EpcError {
    #[error("the payee's name is empty")]
    PayeeEmpty,
    #[error("version 001 needs the BIC of the payee's bank")]
    BicMissing,
    #[error("{field} is longer than {limit} characters")]
    TooLong { field: &'static str, limit: usize },
    #[error("{field} contains a line break or another control character")]
    ControlCharacter { field: &'static str },
    #[error("{character:?} does not exist in ISO 8859-1")]
    NotInCharacterSet { character: char },
    #[error("only amounts in euro can be requested, not in {currency}")]
    NotEuro { currency: String },
    #[error("{amount} lies outside 0.01 to 999999999.99 or has more than two decimals")]
    AmountOutOfRange { amount: String },
    #[error("{text:?} is not a purpose code of one to four letters or digits")]
    PurposeInvalid { text: String },
    #[error("{text:?} is not a creditor reference of ISO 11649")]
    ReferenceInvalid { text: String },
    #[error("the payload has {bytes} bytes, more than {PAYLOAD_BYTES_MAX}")]
    PayloadTooLong { bytes: usize },
    #[error("the text is not an EPC069-12 payload")]
    NotAPayload,
    #[error("the payload does not fit into QR version 13")]
    TooDense,
}

/// The payload of EPC069-12: lines separated by LF, empty lines at the end left out.
///
/// The text must be encoded in its own character set when it is drawn; [`crate::Renderer`] does so. The amount is
/// written without trailing zeros (`EUR12.3`), as in both examples of the standard.
///
/// # Errors
/// Each variant of [`EpcError`] but the last two.
pub fn epc_qr(transfer: &EpcTransfer) -> Result<String, EpcError> {
    let EpcTransfer { version, character_set, bic, payee, iban, amount, purpose, remittance, information } =
        transfer;
    if *version == EpcVersion::V001 && bic.is_none() {
        return Err(EpcError::BicMissing);
    }
    let payee = checked("payee", payee, 70)?;
    if payee.is_empty() {
        return Err(EpcError::PayeeEmpty);
    }
    let (reference, text) = match remittance {
        Remittance::Nothing => (String::new(), ""),
        Remittance::Reference(reference) => (creditor_reference(reference)?, ""),
        Remittance::Text(text) => (String::new(), checked("remittance text", text, 140)?),
    };
    let version = match version {
        EpcVersion::V001 => "001",
        EpcVersion::V002 => "002",
    };
    let character_set = match character_set {
        EpcCharacterSet::Utf8 => "1",
        EpcCharacterSet::Latin1 => "2",
    };
    let lines = [
        "BCD",
        version,
        character_set,
        "SCT",
        bic.as_ref().map_or("", Bic::as_str),
        payee,
        iban.as_str(),
        &amount_line(*amount)?,
        &purpose_code(purpose.as_deref().unwrap_or_default())?,
        &reference,
        text,
        checked("information", information.as_deref().unwrap_or_default(), 70)?,
    ];
    let payload = lines.join("\n").trim_end_matches('\n').to_owned();
    payload_bytes(&payload)?;
    Ok(payload)
}

/// The bytes that the QR code carries: the payload in the character set that its third line names.
///
/// # Errors
/// [`EpcError::NotAPayload`], [`EpcError::NotInCharacterSet`], [`EpcError::PayloadTooLong`].
pub(crate) fn payload_bytes(payload: &str) -> Result<Vec<u8>, EpcError> {
    let mut lines = payload.split('\n');
    let (mark, version, character_set) = (lines.next(), lines.next(), lines.next());
    if mark != Some("BCD") || !matches!(version, Some("001" | "002")) {
        return Err(EpcError::NotAPayload);
    }
    let bytes = match character_set {
        Some("1") => payload.as_bytes().to_vec(),
        // The first 256 code points of Unicode are ISO 8859-1.
        Some("2") => payload
            .chars()
            .map(|character| {
                u8::try_from(character).map_err(|_source| EpcError::NotInCharacterSet { character })
            })
            .collect::<Result<_, _>>()?,
        _ => return Err(EpcError::NotAPayload),
    };
    if bytes.len() > PAYLOAD_BYTES_MAX {
        return Err(EpcError::PayloadTooLong { bytes: bytes.len() });
    }
    Ok(bytes)
}

fn checked<'a>(field: &'static str, text: &'a str, limit: usize) -> Result<&'a str, EpcError> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(EpcError::ControlCharacter { field });
    }
    if text.chars().count() > limit {
        return Err(EpcError::TooLong { field, limit });
    }
    Ok(text)
}

fn amount_line(amount: Money) -> Result<String, EpcError> {
    if amount.currency.as_str() != "EUR" {
        return Err(EpcError::NotEuro { currency: amount.currency.as_str().to_owned() });
    }
    let euros = amount.amount.normalize();
    let (least, most) = (Decimal::new(1, 2), Decimal::new(99_999_999_999, 2));
    if euros < least || euros > most || euros.scale() > 2 {
        return Err(EpcError::AmountOutOfRange { amount: euros.to_string() });
    }
    Ok(format!("EUR{euros}"))
}

fn purpose_code(text: &str) -> Result<String, EpcError> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() > 4 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(EpcError::PurposeInvalid { text: text.to_owned() });
    }
    Ok(code)
}

fn creditor_reference(text: &str) -> Result<String, EpcError> {
    let invalid = || EpcError::ReferenceInvalid { text: text.to_owned() };
    let compact: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
    let (head, tail) = compact.split_at_checked(4).ok_or_else(invalid)?;
    let digits = head.strip_prefix("RF").ok_or_else(invalid)?;
    let shaped = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=21).contains(&tail.len())
        && tail.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !shaped || remainder_97(&format!("{tail}{head}")) != Some(1) {
        return Err(invalid());
    }
    Ok(compact)
}

/// Remainder of the number that `text` becomes when A = 10 … Z = 35 (ISO/IEC 7064 mod 97-10).
fn remainder_97(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |rest, character| {
        let value = character.to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

#[cfg(test)]
mod tests;
