//! A rating provider on a loopback port: `GET /reports?limit=…&after=…` with a bearer token, answered by pages of JSON.
//!
//! It is strict: another method, another path or another token is refused. What it does wrong it was told to do
//! ([`Act`]): it is slow, answers something else, sends pages twice, or in the wrong order.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the next request meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The page asked for.
    Answer,
    /// Nothing for so long.
    Wait(Duration),
    /// An error status.
    Fail,
    /// A page that is no page.
    Nonsense,
    /// Half a page, then the connection ends.
    Cut,
    /// An answer without end.
    Flood,
}

#[derive(Debug, Default)]
struct State {
    /// Bodies of the pages, in the order in which they are given out.
    pages: Vec<String>,
    acts: Vec<Act>,
    /// `after` of each request.
    asked: Vec<Option<String>>,
}

/// The double. It ends with the test.
#[derive(Debug)]
pub struct BureauDouble {
    state: Arc<Mutex<State>>,
    url: String,
}

impl BureauDouble {
    /// Starts it; pages are arrays of reports as JSON texts, given out one after the other and named `1`, `2` and so on.
    ///
    /// # Errors
    /// When no port is to be had.
    pub fn start(token: &str, pages: &[&str]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}/reports", listener.local_addr()?);
        let pages = pages.iter().map(|p| (*p).to_owned()).collect();
        let state = Arc::new(Mutex::new(State { pages, ..State::default() }));
        let (shared, token) = (Arc::clone(&state), token.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, token) = (Arc::clone(&shared), token.clone());
                std::thread::spawn(move || drop(serve(&stream, &shared, &token)));
            }
        });
        Ok(Self { state, url })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the next requests meet, one after the other; those after them are answered.
    pub fn next(&self, acts: &[Act]) {
        locked(&self.state).acts = acts.to_vec();
    }

    /// Replaces the pages: one more, one twice, another order.
    pub fn pages(&self, pages: &[&str]) {
        locked(&self.state).pages = pages.iter().map(|p| (*p).to_owned()).collect();
    }

    /// From where each request asked to go on.
    pub fn asked(&self) -> Vec<Option<String>> {
        locked(&self.state).asked.clone()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, state: &Mutex<State>, token: &str) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).map(str::to_owned);
    let mut authorised = false;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let header = line.trim();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(": ") {
            authorised |= name.eq_ignore_ascii_case("authorization") && value == format!("Bearer {token}");
        }
    }
    let Some(query) = target.as_deref().and_then(|t| t.strip_prefix("/reports?")) else {
        return answer(stream, "404 Not Found", "{}");
    };
    if !authorised {
        return answer(stream, "401 Unauthorized", "{}");
    }
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).map(str::to_owned);
    let (act, body) = {
        let mut state = locked(state);
        state.asked.push(after.clone());
        let act = if state.acts.is_empty() { Act::Answer } else { state.acts.remove(0) };
        (act, page(&state.pages, after.as_deref()))
    };
    meet(stream, &act, &body)
}

fn page(pages: &[String], after: Option<&str>) -> String {
    let place = after.and_then(|a| a.parse::<usize>().ok()).unwrap_or(0);
    let reports = pages.get(place).map_or("[]", String::as_str);
    let next = pages.len().min(place + 1);
    format!("{{\"reports\":{reports},\"next\":\"{next}\",\"more\":{}}}", next < pages.len())
}

fn meet(mut stream: &TcpStream, act: &Act, body: &str) -> io::Result<()> {
    match act {
        Act::Answer => answer(stream, "200 OK", body),
        Act::Wait(long) => {
            std::thread::sleep(*long);
            answer(stream, "200 OK", body)
        }
        Act::Fail => answer(stream, "503 Service Unavailable", "{}"),
        Act::Nonsense => answer(stream, "200 OK", "<html>maintenance</html>"),
        Act::Cut => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len())?;
            let half = body.len() / 2;
            stream.write_all(body.as_bytes().get(..half).unwrap_or_default())
        }
        Act::Flood => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            let block = [b' '; 8 * 1024];
            loop {
                stream.write_all(&block)?;
            }
        }
    }
}

fn answer(mut stream: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
