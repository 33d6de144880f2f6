//! The arithmetic of check characters. Each function is only asked about texts of the shape it is listed with.

/// The digits of a text; letters count for nothing.
fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

/// The first characters of an ASCII text.
pub(super) fn head(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

/// What stands before the last character, and it.
fn split_last(text: &str) -> Option<(&str, char)> {
    let last = text.chars().next_back()?;
    Some((text.strip_suffix(last)?, last))
}

fn last_digit(text: &str) -> Option<u32> {
    text.chars().next_back()?.to_digit(10)
}

fn nth_char(alphabet: &str, place: u32) -> Option<char> {
    alphabet.chars().nth(usize::try_from(place).ok()?)
}

/// Sum of digit times weight, modulo; digits beyond the weights count for nothing.
pub(super) fn weighted(text: &str, weights: &[u32], modulus: u32) -> u32 {
    digits(text).zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % modulus
}

/// The whole number, modulo.
pub(super) fn remainder(text: &str, modulus: u64) -> Option<u64> {
    text.parse::<u64>().ok().map(|number| number % modulus)
}

/// Sum of ISO/IEC 7812-1 annex B (Luhn), with every second digit from the right doubled, modulo 10.
fn luhn_sum(text: &str) -> u32 {
    let value =
        |(place, digit): (usize, u32)| if place % 2 == 1 { digit / 5 + digit * 2 % 10 } else { digit };
    digits(text).rev().enumerate().map(value).sum::<u32>() % 10
}

pub(super) fn luhn(text: &str) -> bool {
    luhn_sum(text) == 0
}

/// ISO/IEC 7064 mod 11,10.
pub(super) fn mod_11_10(text: &str) -> bool {
    let Some((body, _)) = split_last(text) else { return false };
    let product = digits(body).fold(10, |product, digit| match (digit + product) % 10 {
        0 => 10 * 2 % 11,
        sum => sum * 2 % 11,
    });
    last_digit(text) == Some((11 - product) % 10)
}

/// DNI, NIE (X, Y, Z count as 0, 1, 2) and the NIF of persons without either (K, L, M count for nothing).
pub(super) fn spanish_person(text: &str) -> bool {
    let Some((body, letter)) = split_last(text) else { return false };
    let number = match body.chars().next() {
        Some('Y') => body.replacen('Y', "1", 1),
        Some('Z') => body.replacen('Z', "2", 1),
        Some(_) | None => body.trim_start_matches(['K', 'L', 'M', 'X']).to_owned(),
    };
    let Some(place) = remainder(&number, 23).and_then(|r| u32::try_from(r).ok()) else { return false };
    nth_char("TRWAGMYFPDXBNJZSQVHLCKE", place) == Some(letter)
}

/// NIF of entities: a Luhn digit, or the letter that stands for it. Which kinds must use which is told differently
/// by different sources, so both are right for all.
pub(super) fn spanish_entity(text: &str) -> bool {
    let Some((body, control)) = split_last(text) else { return false };
    let digit = (10 - luhn_sum(&format!("{body}0"))) % 10;
    control.to_digit(10) == Some(digit) || nth_char("JABCDEFGHI", digit) == Some(control)
}

/// Establishments of La Poste (SIREN 356000000) only have a digit sum divisible by five, as they ran out of numbers.
pub(super) fn siret(text: &str) -> bool {
    let is_post = text.starts_with("356000000");
    (luhn(head(text, 9)) && luhn(text)) || (is_post && digits(text).sum::<u32>().is_multiple_of(5))
}

/// Key of two characters and SIREN; the key has letters where the numeric ones ran out.
pub(super) fn french_vat(text: &str) -> bool {
    const KEY: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, siren) = (head(text, 2), text.get(2..).unwrap_or_default());
    // Companies of Monaco have a French VAT number and no SIREN.
    if !luhn(siren) && !siren.starts_with("000") {
        return false;
    }
    let Ok(number) = siren.parse::<u64>() else { return false };
    if let Ok(key) = key.parse::<u64>() {
        return key == (number * 100 + 12) % 97;
    }
    let places = key.chars().map(|c| KEY.chars().zip(0_u64..).find(|(k, _)| *k == c).map(|(_, place)| place));
    let Some(places) = places.collect::<Option<Vec<_>>>() else { return false };
    let &[first, second] = places.as_slice() else { return false };
    let check = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
    (number + 1 + check / 11) % 11 == check % 11
}

/// Values of the characters in odd places, counted from one, of a codice fiscale (DM of 23 December 1976); 0 to 9 are as A to J.
const ODD_PLACES: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// The letter that the odd and even places of a text add up to.
fn alternating_letter(body: &str) -> Option<char> {
    let mut sum = 0;
    for (place, character) in body.chars().enumerate() {
        let value = character.to_digit(36)?;
        let value = if value < 10 { value } else { value - 10 };
        sum += if place % 2 == 0 { *ODD_PLACES.get(usize::try_from(value).ok()?)? } else { value };
    }
    nth_char("ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26)
}

pub(super) fn codice_fiscale(text: &str) -> bool {
    split_last(text).is_some_and(|(body, letter)| alternating_letter(body) == Some(letter))
}

/// Cyprus uses the Italian values.
pub(super) fn cypriot_vat(text: &str) -> bool {
    codice_fiscale(text)
}

/// Modulus 97, plain for old numbers and with 55 added for those since 2010.
pub(super) fn british_vat(text: &str) -> bool {
    matches!(weighted(text, &[8, 7, 6, 5, 4, 3, 2, 10, 1], 97), 0 | 42)
}

pub(super) fn portuguese_nif(text: &str) -> bool {
    last_digit(text) == Some((11 - weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2], 11)) % 11 % 10)
}

pub(super) fn austrian_vat(text: &str) -> bool {
    let Some((body, _)) = split_last(text) else { return false };
    last_digit(text) == Some((16 - luhn_sum(body)) % 10)
}

pub(super) fn belgian_vat(text: &str) -> bool {
    let Ok(number) = text.parse::<u64>() else { return false };
    97 - number / 100 % 97 == number % 100
}

pub(super) fn bulgarian_company(text: &str) -> bool {
    let first = weighted(text, &[1, 2, 3, 4, 5, 6, 7, 8], 11);
    let check = if first == 10 { weighted(text, &[3, 4, 5, 6, 7, 8, 9, 10], 11) % 10 } else { first };
    last_digit(text) == Some(check)
}

pub(super) fn czech_company(text: &str) -> bool {
    let check = match (11 - weighted(text, &[8, 7, 6, 5, 4, 3, 2], 11)) % 11 {
        0 => 1,
        check => check % 10,
    };
    last_digit(text) == Some(check)
}

pub(super) fn greek_vat(text: &str) -> bool {
    last_digit(text) == Some(weighted(text, &[256, 128, 64, 32, 16, 8, 4, 2], 11) % 10)
}

/// Seven digits, check letter, and since 2013 a second letter that counts nine times its place in the alphabet.
pub(super) fn irish_vat(text: &str) -> bool {
    let letters = text.get(7..).unwrap_or_default();
    let second =
        letters.chars().nth(1).and_then(|c| c.to_digit(36)).map_or(0, |value| value.saturating_sub(9) % 23);
    let place = (weighted(text, &[8, 7, 6, 5, 4, 3, 2], 23) + 9 * second) % 23;
    letters.chars().next() == nth_char("WABCDEFGHIJKLMNOPQRSTUV", place)
}

pub(super) fn lithuanian_vat(text: &str) -> bool {
    let Some((body, _)) = split_last(text) else { return false };
    let first = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2], 11);
    let check = if first == 10 { weighted(body, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4], 11) % 10 } else { first };
    last_digit(text) == Some(check)
}

pub(super) fn luxembourg_vat(text: &str) -> bool {
    let Ok(number) = text.parse::<u64>() else { return false };
    number / 100 % 89 == number % 100
}

/// Of companies the weighted sum; of sole traders, since 2020, mod 97-10 over the whole number with its prefix.
pub(super) fn dutch_vat(text: &str) -> bool {
    let company = weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2, 10], 11) == 0;
    company || crate::registry::mod97("NL".chars().chain(text.chars())) == Some(1)
}

pub(super) fn polish_vat(text: &str) -> bool {
    last_digit(text) == Some(weighted(text, &[6, 5, 7, 2, 3, 4, 5, 6, 7], 11))
}

pub(super) fn romanian_vat(text: &str) -> bool {
    let padded = format!("{text:0>10}");
    last_digit(text) == Some(weighted(&padded, &[7, 5, 3, 2, 1, 7, 5, 3, 2], 11) * 10 % 11 % 10)
}

pub(super) fn slovenian_vat(text: &str) -> bool {
    // A sum divisible by 11 has no check digit: such numbers are not given out.
    let check = match 11 - weighted(text, &[8, 7, 6, 5, 4, 3, 2], 11) {
        10 => 0,
        check => check,
    };
    last_digit(text) == Some(check)
}
