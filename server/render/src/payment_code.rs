//! Draws the payment QR code as a vector picture.

use qrcode::{Color, EcLevel, QrCode, Version};

use crate::EpcError;
use crate::epc::payload_bytes;

/// Largest QR version that EPC069-12 allows: 69 modules a side.
const VERSION_MAX: i16 = 13;

/// White border in modules (ISO/IEC 18004, 6.3.8).
const QUIET_ZONE: usize = 4;

/// An SVG of one path, without seams between the modules.
///
/// # Errors
/// [`EpcError::NotAPayload`], [`EpcError::NotInCharacterSet`], [`EpcError::PayloadTooLong`], [`EpcError::TooDense`].
pub(crate) fn payment_code_svg(payload: &str) -> Result<String, EpcError> {
    let bytes = payload_bytes(payload)?;
    let code =
        QrCode::with_error_correction_level(&bytes, EcLevel::M).map_err(|_too_long| EpcError::TooDense)?;
    if !matches!(code.version(), Version::Normal(version) if version <= VERSION_MAX) {
        return Err(EpcError::TooDense);
    }
    let modules = code.width();
    let side = modules + 2 * QUIET_ZONE;
    let mut runs = Vec::with_capacity(modules * modules / 2);
    for (y, row) in code.to_colors().chunks(modules).enumerate() {
        let mut x = QUIET_ZONE;
        for run in row.chunk_by(|a, b| a == b) {
            let length = run.len();
            if run.first() == Some(&Color::Dark) {
                runs.push(format!("M{x} {}h{length}v1h-{length}z", y + QUIET_ZONE));
            }
            x += length;
        }
    }
    let path = runs.concat();
    Ok(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}"><path d="{path}"/></svg>"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "BCD\n002\n1\nSCT\n\nAcme\nES9121000418450200051332\nEUR12.3";

    #[test]
    fn the_drawing_has_exactly_the_dark_modules_of_the_code() {
        let code = QrCode::with_error_correction_level(PAYLOAD, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let svg = payment_code_svg(PAYLOAD).unwrap();
        let (_, path) = svg.split_once(" d=\"").unwrap();
        let runs =
            path.split('M').skip(1).map(|run| run.split_once('h').unwrap().1.split_once('v').unwrap().0);
        let drawn: usize = runs.map(|length| length.parse::<usize>().unwrap()).sum();
        assert_eq!(drawn, dark);
        assert!(svg.contains(&format!(r#"viewBox="0 0 {0} {0}""#, code.width() + 8)));
    }

    #[test]
    fn the_longest_payload_still_fits_version_13() {
        let full = format!("{PAYLOAD}\n\n\n{}", "t".repeat(331 - PAYLOAD.len() - 3));
        assert!(payment_code_svg(&full).unwrap().contains(r#"width="77""#));
        assert_eq!(payment_code_svg(&format!("{full}t")), Err(EpcError::PayloadTooLong { bytes: 332 }));
    }

    #[test]
    fn other_texts_are_not_drawn() {
        for text in ["", "https://example.com", "BCD\n003\n1\nSCT", "BCD\n002\n9\nSCT", "BCD"] {
            assert_eq!(payment_code_svg(text), Err(EpcError::NotAPayload), "{text}");
        }
    }
}
