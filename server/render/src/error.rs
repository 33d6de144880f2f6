//! Why a letter cannot be set.

use kernel::{Code, Error};

use crate::{EpcError, codes};

/// Why a letter cannot be set. The first three are the letter's fault, the last two are ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A limit of the letter is exceeded; nothing was set.
    #[error("the letter has more {what} than {limit}")]
    TooLarge { what: &'static str, limit: usize },
    /// A picture is damaged, of another format, or refers to another file.
    #[error("the {field} cannot be read: {reason}")]
    Picture { field: &'static str, reason: String },
    /// The payload for the payment code is not one that [`crate::epc_qr`] makes.
    #[error("the payment code cannot be drawn: {0}")]
    PaymentCode(#[from] EpcError),
    /// The template does not compile with these data.
    #[error("the letter cannot be set: {message}")]
    Layout { message: String },
    /// The result would not conform to PDF/A-2b.
    #[error("the letter cannot be archived as PDF/A-2b: {message}")]
    Export { message: String },
}

impl RenderError {
    /// The stable code of each variant.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::TooLarge { .. } => &codes::LETTER_TOO_LARGE,
            Self::Picture { .. } => &codes::LETTER_PICTURE_INVALID,
            Self::PaymentCode(_) => &codes::LETTER_PAYMENT_CODE_INVALID,
            Self::Layout { .. } | Self::Export { .. } => &codes::LETTER_RENDER_FAILED,
        }
    }
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Self {
        match &error {
            RenderError::TooLarge { .. } | RenderError::Picture { .. } | RenderError::PaymentCode(_) => {
                Self::with(error.code(), error.to_string())
            }
            // What the compiler says may quote the letter: it goes to the log only.
            RenderError::Layout { .. } | RenderError::Export { .. } => {
                Self::new(error.code()).caused_by(&error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_says_is_not_shown_to_callers() {
        let shown = Error::from(RenderError::Layout { message: "panicked with: Acme owes 3 €".to_owned() });
        assert_eq!(shown.code().text, "letter.render_failed");
        assert!(!shown.message(false).contains("Acme"));
        assert!(shown.internal().unwrap().contains("Acme"));
    }

    #[test]
    fn each_fault_of_the_letter_has_its_own_code_and_names_the_reason() {
        let faults = [
            (RenderError::TooLarge { what: "rows", limit: 5 }, "letter.too_large", "rows"),
            (
                RenderError::Picture { field: "logo", reason: "truncated".to_owned() },
                "letter.picture_invalid",
                "truncated",
            ),
            (RenderError::PaymentCode(EpcError::TooDense), "letter.payment_code_invalid", "version 13"),
        ];
        for (fault, code, reason) in faults {
            let shown = Error::from(fault);
            assert_eq!(shown.code().text, code);
            assert!(shown.message(false).contains(reason));
        }
    }
}
