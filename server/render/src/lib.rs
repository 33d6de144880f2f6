//! Letters on paper: turns plain data into a PDF business letter.
//!
//! A [`Letter`] holds finished text: amounts and dates arrive formatted, nothing is computed or translated here except
//! the fixed labels of the form. [`Renderer`] is built once, shared by all threads, and gives PDF/A-2b (ISO 19005-2):
//! the archival level every reader accepts; A-3 would only add attachments, which a letter does not carry.
//!
//! Invariants: the text of a letter is never read as markup; equal letters give equal bytes; nothing is read from the
//! network, the file system or the clock.

pub mod codes;
mod epc;
mod error;
mod labels;
mod legible;
mod letter;
mod payment_code;
mod picture;
mod renderer;
mod sheet;
mod world;

pub use epc::{EpcCharacterSet, EpcError, EpcTransfer, EpcVersion, Remittance, epc_qr};
pub use error::RenderError;
pub use letter::{
    Block, LETTER_BYTES_MAX, LETTER_ROWS_MAX, Language, Letter, Letterhead, PaymentBox, Picture,
    PictureFormat, Signatory, Table,
};
pub use picture::{PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX};
pub use renderer::Renderer;
