//! Identifiers of the outside world (tax ids, IBAN, LEI, countries, e-mail), checked by their own arithmetic.
//!
//! Each type can only be made by its `parse`, so a value of the type is proof of the check. `as_str` and `Display`
//! give the one normal form that is stored and compared; forms for people have methods of their own.

mod bic;
pub mod codes;
mod country;
mod email;
mod iban;
mod language;
mod lei;
mod phone;
pub mod tax_id;

pub use bic::Bic;
pub use country::Country;
pub use email::EmailAddress;
pub use iban::Iban;
pub use language::Language;
pub use lei::Lei;
pub use phone::PhoneNumber;
pub use tax_id::{TaxId, TaxIdCheck};

/// The text in capitals without the spaces that people put in for reading.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Remainder modulo 97 of the number that letters become when A = 10 … Z = 35 (ISO/IEC 7064 mod 97-10).
/// `None` when a character is neither a digit nor a letter of the basic alphabet.
fn mod97(characters: impl Iterator<Item = char>) -> Option<u32> {
    let mut remainder = 0;
    for character in characters {
        let value = character.to_digit(36)?;
        remainder = (remainder * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    Some(remainder)
}

#[cfg(test)]
mod tests {
    use super::mod97;

    #[test]
    fn letters_count_as_two_digits_modulo_97() {
        assert_eq!(mod97("3214282912345698765432161182".chars()), Some(1));
        assert_eq!(mod97("A".chars()), Some(10));
        assert_eq!(mod97("1A".chars()), Some(110 % 97));
        assert_eq!(mod97("Ñ".chars()), None);
    }
}
