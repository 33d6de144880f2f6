//! `AUTH PLAIN` (RFC 4616) and `AUTH LOGIN`.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Next, Session, Stage};

impl Session {
    pub(super) async fn auth(&mut self, mechanism: &str, initial: Option<String>) -> io::Result<Next> {
        let offered = self.shared.options.mechanisms.split(' ').any(|one| one == mechanism);
        if !self.greeted || self.user.is_some() || !self.announces("AUTH") {
            return self.say("503 5.5.1 AUTH not possible here\r\n").await;
        }
        let given = match mechanism {
            "PLAIN" if offered => {
                let text = self.credential(initial, "").await?;
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" if offered => {
                let user = self.credential(initial, "VXNlcm5hbWU6").await?;
                (user, self.credential(None, "UGFzc3dvcmQ6").await?)
            }
            _ => return self.say("504 5.5.4 Mechanism not offered\r\n").await,
        };
        let known = self.shared.options.login.as_ref() == Some(&given);
        let usual = if known {
            "235 2.7.0 Authentication successful\r\n"
        } else {
            "535 5.7.8 Credentials invalid\r\n"
        };
        let next = self.answer(Stage::Auth, &[], usual).await?;
        if next == Next::Proceed && known {
            self.user = Some(given.0);
        }
        Ok(next)
    }

    /// One response of the client, asked for with this challenge unless it came with the command.
    async fn credential(&mut self, initial: Option<String>, challenge: &str) -> io::Result<String> {
        let encoded = if let Some(encoded) = initial {
            encoded
        } else {
            self.wire.write(format!("334 {challenge}\r\n").as_bytes()).await?;
            self.wire.read_line().await?.unwrap_or_default()
        };
        Ok(STANDARD
            .decode(encoded)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default())
    }
}
