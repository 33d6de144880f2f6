//! Transparency of the message.

/// Doubles a dot at the beginning of a line (RFC 5321, 4.5.2), over the borders of blocks.
pub(super) struct Stuffing {
    at_line_start: bool,
}

impl Stuffing {
    pub(super) fn new() -> Self {
        Self { at_line_start: true }
    }

    pub(super) fn apply(&mut self, block: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(block.len() + block.len() / 64);
        for byte in block {
            if self.at_line_start && *byte == b'.' {
                out.push(b'.');
            }
            self.at_line_start = *byte == b'\n';
            out.push(*byte);
        }
        out
    }
}
