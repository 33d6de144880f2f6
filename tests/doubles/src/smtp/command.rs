//! The commands of RFC 5321 and its extensions, read from a line.

/// One command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    StartTls,
    /// Mechanism in capitals, and the initial response.
    Auth(String, Option<String>),
    Mail(Path),
    Rcpt(Path),
    Data,
    Reset,
    Noop,
    Quit,
    /// Known, with arguments that make no sense.
    Malformed,
    Unknown,
}

/// An address with the parameters behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) address: String,
    pub(super) params: Vec<String>,
}

impl Command {
    pub(super) fn parse(line: &str) -> Self {
        if let Some(rest) = without_prefix(line, "MAIL FROM:") {
            return Path::parse(rest).map_or(Self::Malformed, Self::Mail);
        }
        if let Some(rest) = without_prefix(line, "RCPT TO:") {
            return Path::parse(rest)
                .filter(|path| !path.address.is_empty())
                .map_or(Self::Malformed, Self::Rcpt);
        }
        let mut words = line.split(' ');
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let arguments: Vec<&str> = words.collect();
        match (verb.as_str(), arguments.as_slice()) {
            ("EHLO", [name]) if !name.is_empty() => Self::Ehlo,
            ("HELO", [name]) if !name.is_empty() => Self::Helo,
            ("STARTTLS", []) => Self::StartTls,
            ("AUTH", [mechanism]) => Self::Auth(mechanism.to_ascii_uppercase(), None),
            ("AUTH", [mechanism, initial]) => {
                Self::Auth(mechanism.to_ascii_uppercase(), Some((*initial).to_owned()))
            }
            ("DATA", []) => Self::Data,
            ("RSET", []) => Self::Reset,
            ("NOOP", _) => Self::Noop,
            ("QUIT", []) => Self::Quit,
            ("EHLO" | "HELO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "RSET" | "QUIT", _) => {
                Self::Malformed
            }
            _ => Self::Unknown,
        }
    }
}

impl Path {
    /// Reads `<address> KEY=value …`; no blank may stand before the bracket (RFC 5321, 3.3).
    fn parse(text: &str) -> Option<Self> {
        let (address, rest) = text.strip_prefix('<')?.split_once('>')?;
        if address.contains(['<', ' ', '\t']) || !(rest.is_empty() || rest.starts_with(' ')) {
            return None;
        }
        Some(Self {
            address: address.to_owned(),
            params: rest.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// The value of a parameter, e.g. of `SIZE`.
    pub(super) fn param(&self, key: &str) -> Option<&str> {
        self.params.iter().find_map(|param| {
            param.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v)
        })
    }

    /// Whether every parameter is one of these.
    pub(super) fn knows_only(&self, keys: &[&str]) -> bool {
        self.params.iter().all(|param| {
            let name = param.split_once('=').map_or(param.as_str(), |(name, _)| name);
            keys.iter().any(|key| key.eq_ignore_ascii_case(name))
        })
    }
}

fn without_prefix<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = line.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}
