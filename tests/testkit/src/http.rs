//! A small HTTP client that shows everything of an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Method, Request};

static NEXT_KEY: AtomicU64 = AtomicU64::new(1);

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The stable code of a problem; empty when it is none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The JSON of an answer with this status.
    ///
    /// # Panics
    /// When the status is another.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Asserts a refusal by status and code.
    ///
    /// # Panics
    /// When it is another answer.
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text());
    }
}

/// One request under construction.
pub struct Call<'c> {
    pub(crate) base: &'c str,
    pub(crate) method: &'c str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl<'c> Call<'c> {
    /// A request without credentials.
    pub fn new(base: &'c str, method: &'c str, path: &str) -> Self {
        Self { base, method, path: path.to_owned(), headers: Vec::new(), body: None }
    }

    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.header_bytes(name, value.as_bytes())
    }

    #[must_use]
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As another caller.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Without credentials.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.headers.retain(|(n, _)| n != "Authorization");
        self
    }

    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.header("Content-Type", "application/json")
    }

    #[must_use]
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it. Changes get an Idempotency-Key of their own unless one was set.
    ///
    /// # Panics
    /// When nothing answers.
    pub fn send(mut self) -> Reply {
        if self.method != "GET"
            && !self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("Idempotency-Key"))
        {
            let key = format!("test-{}", NEXT_KEY.fetch_add(1, Ordering::Relaxed));
            self.headers.push(("Idempotency-Key".to_owned(), key.into_bytes()));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(120)));
        let agent: ureq::Agent = config.build().into();
        let mut request = Request::builder()
            .method(Method::from_bytes(self.method.as_bytes()).expect("a method"))
            .uri(format!("{}{}", self.base, self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value.as_slice());
        }
        let request = request.body(self.body.unwrap_or_default()).expect("a request");
        let mut answer = agent.run(request).unwrap_or_else(|e| panic!("{} {}: {e}", self.method, self.path));
        let headers = answer.headers().iter();
        let headers =
            headers.map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let bytes = answer.body_mut().with_config().limit(256 * 1024 * 1024).read_to_vec().expect("a body");
        Reply { status, headers, bytes }
    }
}
